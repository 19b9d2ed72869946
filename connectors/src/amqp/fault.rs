//! Why a broker did not do what was asked.

use std::fmt;

use lapin::ErrorKind;

/// Reply codes of the broker that say something is missing, closed to us or made otherwise (AMQP
/// 0-9-1, section 1.3: access-refused, not-found, resource-locked, precondition-failed,
/// command-invalid, not-allowed).
const TOPOLOGY: [u16; 6] = [403, 404, 405, 406, 503, 530];

/// Why a broker did not do what was asked. Trying again may help with each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A stable code: `MQ-DOWN` (no connection), `MQ-TOPO` (a queue or an exchange is missing or
    /// made otherwise), `MQ-RETURN` (no queue takes the message), `MQ-NACK` (the broker could not
    /// keep it), `MQ-TIMEOUT` (no confirm; it may have been kept).
    pub code: &'static str,
    /// What happened, without secrets.
    pub reason: String,
}

impl Fault {
    pub(super) fn new(code: &'static str, reason: impl Into<String>) -> Fault {
        Fault { code, reason: reason.into() }
    }
}

impl From<lapin::Error> for Fault {
    fn from(error: lapin::Error) -> Fault {
        let code = match error.kind() {
            ErrorKind::ProtocolError(said) if TOPOLOGY.contains(&said.get_id()) => "MQ-TOPO",
            _ => "MQ-DOWN",
        };
        Fault::new(code, error.to_string())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.reason)
    }
}

impl std::error::Error for Fault {}
