//! Queues of brokers, or in a build without them the refusal of every configuration that asks
//! for one.

#[cfg(feature = "amqp")]
pub use super::amqp::Queues;
#[cfg(not(feature = "amqp"))]
pub use without::Queues;

#[cfg(not(feature = "amqp"))]
mod without {
    use crate::config::{Config, ConfigError};
    use crate::shell::outbound::Outlets;
    use crate::shell::{Engine, Intake};
    use std::collections::BTreeMap;
    use tokio::sync::watch;

    /// None.
    #[derive(Debug, Default)]
    pub struct Queues;

    impl Queues {
        /// Nothing to read.
        ///
        /// # Errors
        /// When a broker is configured.
        pub fn open(config: &Config, _: &BTreeMap<String, String>) -> Result<Queues, ConfigError> {
            if config.queue.url.is_none() {
                return Ok(Queues);
            }
            let message = "this build has no AMQP".to_owned();
            Err(ConfigError { place: "queue.url".to_owned(), message })
        }

        /// Nothing to add.
        pub fn add_outlets(&self, _: &Engine, _: &mut Outlets) {}

        /// Nothing to run.
        pub async fn run(self, _: Engine, _: Intake, _: watch::Receiver<bool>) {}
    }
}
