//! Traces: each request with the stages of its parcel, sent to a collector as OTLP over HTTP
//! (OpenTelemetry protocol 1.x, `application/x-protobuf`).
//!
//! A caller's `traceparent` (W3C Trace Context) is continued; whether a request is sampled is
//! decided here, from its trace identifier, so that no caller can ask for more. What is sent
//! names addresses, statuses and durations: no body, no key, no amount.
//!
//! What this module is *not*: nothing waits for the collector. When it does not answer, spans are
//! dropped.

use crate::config::Telemetry;
use acquit_connectors::egress::{Client, Egress, Method, Names, PORTS, Request as Outgoing};
use axum::http::HeaderMap;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Link, SpanKind, TraceId, TraceState, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{
    SamplingDecision, SamplingResult, SdkTracerProvider, ShouldSample, Tracer,
};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tracing::Span;
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::registry::LookupSpan;

/// Longest time one call to the collector takes.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Longest time stopping waits for the last spans to be sent.
const FLUSH: Duration = Duration::from_secs(5);

/// What is traced; nothing of it is formatted when nobody is there to take it.
pub const FILTER: &str = "off,acquit_server=info,acquit::stage=debug";

/// Sends spans until it is stopped.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send to the collector of a configuration; must be called in a runtime.
    ///
    /// # Errors
    /// When its address does not read.
    pub fn start(config: &Telemetry, address: &str) -> Result<Traces, String> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Over::new(address)?)
            .with_endpoint(format!("{}/v1/traces", address.trim_end_matches('/')))
            .with_timeout(TIMEOUT)
            .build()
            .map_err(|error| format!("telemetry.otlp: {error}"))?;
        let resource = Resource::builder_empty()
            .with_service_name("acquit")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(OneIn(u128::from(config.one_in.max(1))))
            .with_resource(resource)
            .build();
        Ok(Traces(provider))
    }

    /// The layer of a subscriber that makes spans of ours into theirs.
    #[must_use]
    pub fn layer<S>(&self) -> OpenTelemetryLayer<S, Tracer>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a>,
    {
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("acquit"))
    }

    /// Sends what is left and ends.
    pub fn stop(&self) {
        if let Err(error) = self.0.shutdown_with_timeout(FLUSH) {
            tracing::warn!(error = %error, "the last traces were not sent");
        }
    }
}

/// Keeps one request in so many, by its trace, so that nodes that see one trace agree.
#[derive(Debug, Clone)]
struct OneIn(u128);

impl ShouldSample for OneIn {
    fn should_sample(
        &self,
        _: Option<&Context>,
        trace: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let number = u128::from_be_bytes(trace.to_bytes());
        let decision = match number % self.0 {
            0 => SamplingDecision::RecordAndSample,
            _ => SamplingDecision::Drop,
        };
        SamplingResult { decision, attributes: Vec::new(), trace_state: TraceState::default() }
    }
}

/// Makes a request's span part of the trace its caller began.
pub fn continued(span: &Span, headers: &HeaderMap) {
    if headers.contains_key("traceparent") {
        let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        // Fails when nobody takes spans, and then there is nothing to continue.
        let _ = span.set_parent(context);
    }
}

/// The collector, called by the way everything goes out. The thread that exports spans is none of
/// the runtime's, so the call is made there and its end is waited for here.
struct Over {
    client: Arc<Client>,
    runtime: Handle,
}

impl Over {
    fn new(address: &str) -> Result<Over, String> {
        let wrong = || format!("telemetry.otlp: {address:?} is no address of a collector");
        let host = address.split_once("://").map(|(_, rest)| rest).ok_or_else(wrong)?;
        let host = host.split(['/', '?']).next().filter(|host| !host.is_empty());
        let egress = Egress {
            hosts: vec![host.ok_or_else(wrong)?.to_owned()],
            ports: PORTS.to_vec(),
            names: Names::System,
            authorities: Vec::new(),
        };
        let client = Client::new(egress).map_err(|failure| failure.reason)?;
        Ok(Over { client: Arc::new(client), runtime: Handle::current() })
    }
}

impl fmt::Debug for Over {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Over").finish_non_exhaustive()
    }
}

/// An answer of the collector, some time.
type Answering<'a> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'a>>;

impl HttpClient for Over {
    fn send_bytes<'a, 'b>(&'a self, request: Request<Bytes>) -> Answering<'b>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let mut outgoing = Outgoing::new(Method::Post, head.uri.to_string());
            for (name, value) in &head.headers {
                let own = ["host", "content-length", "user-agent"].contains(&name.as_str());
                if let (false, Ok(value)) = (own, value.to_str()) {
                    outgoing = outgoing.header(name.as_str(), value);
                }
            }
            outgoing.body = body.to_vec();
            outgoing.timeout = TIMEOUT;
            let client = Arc::clone(&self.client);
            let calling = self.runtime.spawn(async move { client.call(&outgoing).await });
            let answer = calling.await?.map_err(|failure| failure.reason)?;
            Ok(Response::builder().status(answer.status).body(Bytes::from(answer.body))?)
        })
    }
}
