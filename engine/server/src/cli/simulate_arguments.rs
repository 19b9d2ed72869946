//! The command line of `acquit simulate` as it is written.

use clap::Args;

/// Arguments of `simulate`.
#[derive(Debug, Clone, Args)]
pub struct Simulate {
    /// Pay only by means of this partner: `cmi`, `fatourati`, `amanpay`; more than once for several
    #[arg(long, value_name = "PARTNER")]
    pub partner: Vec<String>,
    /// What partners do wrong, and how often: `duplicate=0.1`; more than once for several
    #[arg(long, value_name = "NAME=OFTEN")]
    pub misbehave: Vec<String>,
    /// Misbehave in the same places as a simulation with this seed
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// How many payments
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub payments: u32,
    /// How many payments at a time
    #[arg(long, default_value_t = 4, value_name = "N")]
    pub at_once: usize,
    /// Divide the partners' delays by this
    #[arg(long, default_value_t = 600, value_name = "N")]
    pub speed: u32,
    /// A running server that has these partners in its configuration; one of its own without it
    #[arg(long, value_name = "URL", requires = "key")]
    pub url: Option<String>,
    /// An operator's key of that server, by reference: `env:NAME` or `file:PATH`
    #[arg(long, value_name = "REFERENCE", requires = "url")]
    pub key: Option<String>,
    /// First port of the partners, on the loopback address; 0 for free ones
    #[arg(long, default_value_t = 0, value_name = "PORT")]
    pub partners_port: u16,
    /// Print the configuration a server needs for these partners, and end
    #[arg(long)]
    pub print_config: bool,
}
