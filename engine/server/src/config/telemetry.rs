//! `[telemetry]`: where traces go.

use serde::Deserialize;

/// `[telemetry]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// Address of an OTLP collector over HTTP, such as `http://127.0.0.1:4318`; absent: no traces.
    pub otlp: Option<String>,
    /// One request in so many is traced.
    pub one_in: u32,
}

impl Default for Telemetry {
    fn default() -> Telemetry {
        Telemetry { otlp: None, one_in: 1 }
    }
}
