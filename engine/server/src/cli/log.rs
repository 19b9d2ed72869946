//! Where log lines and traces of a server go.

use super::terminal::Terminal;
use crate::config::Telemetry;
#[cfg(feature = "otlp")]
use crate::telemetry::{FILTER, Traces};
use std::io::{self, IsTerminal};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt};

/// What was begun, and is to be ended in order.
pub(super) struct Log {
    #[cfg(feature = "otlp")]
    traces: Option<Traces>,
}

impl Log {
    /// Begins: log lines to standard error, text for people and JSON for machines, and traces to
    /// the collector that is configured.
    pub(super) fn start(terminal: &Terminal, telemetry: &Telemetry) -> Result<Log, String> {
        let lines = lines(terminal);
        let Some(address) = &telemetry.otlp else {
            // A second subscriber in one process is only possible in tests.
            let _ = tracing_subscriber::registry().with(lines).try_init();
            return Ok(Log {
                #[cfg(feature = "otlp")]
                traces: None,
            });
        };
        if telemetry.one_in == 0 {
            return Err("telemetry.one_in: one request in so many, 1 or more".to_owned());
        }
        Log::traced(lines, telemetry, address)
    }

    #[cfg(feature = "otlp")]
    fn traced(lines: Lines, telemetry: &Telemetry, address: &str) -> Result<Log, String> {
        let traces = Traces::start(telemetry, address)?;
        let layer = traces.layer().with_filter(EnvFilter::new(FILTER));
        let _ = tracing_subscriber::registry().with(lines).with(layer).try_init();
        Ok(Log { traces: Some(traces) })
    }

    #[cfg(not(feature = "otlp"))]
    fn traced(_: Lines, _: &Telemetry, address: &str) -> Result<Log, String> {
        let why = "this build sends no traces: build it with `--features otlp`";
        Err(format!("telemetry.otlp = {address:?}: {why}"))
    }

    /// Sends the last traces. Their collector is called on the runtime, so a thread of its own
    /// waits for it.
    pub(super) async fn stop(self) {
        #[cfg(feature = "otlp")]
        if let Some(traces) = self.traces {
            let _ = tokio::task::spawn_blocking(move || traces.stop()).await;
        }
    }
}

/// The layer of log lines.
type Lines = Box<dyn Layer<Registry> + Send + Sync>;

fn lines(terminal: &Terminal) -> Lines {
    let level = match terminal.verbosity {
        _ if terminal.is_quiet => "error",
        0 => "info",
        1 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("ACQUIT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let layer = fmt::layer().with_writer(io::stderr);
    match io::stderr().is_terminal() {
        true => layer.with_filter(filter).boxed(),
        false => layer.json().with_filter(filter).boxed(),
    }
}
