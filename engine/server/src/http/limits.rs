//! Every limit of the HTTP surface, by name.

use std::time::Duration;

/// Largest EDIFACT body, in bytes.
pub const EDIFACT_BODY_MAX: usize = 48 << 20;
/// Largest XML body, in bytes.
pub const XML_BODY_MAX: usize = 16 << 20;
/// Largest JSON body, in bytes.
pub const JSON_BODY_MAX: usize = 1 << 20;
/// Largest wish to pay or request for invoices, in bytes.
pub const ORDER_BODY_MAX: usize = 64 << 10;
/// How long the answer to a wish to pay waits for the provider's.
pub const BEGIN_PATIENCE: Duration = Duration::from_secs(8);
/// Most subscriptions of one party.
pub const SUBSCRIPTIONS_MAX: usize = 20;
/// Largest body whose kind is not said, in bytes: the largest of the kinds it may turn out to be.
pub const UNKNOWN_BODY_MAX: usize = EDIFACT_BODY_MAX;
/// Largest body of `POST /v1/validate`, which needs no key, in bytes.
pub const VALIDATE_BODY_MAX: usize = 1 << 20;

/// Most messages of callers without a key being received or read at one time.
pub const STRANGERS_MAX: usize = 4;

/// Most parcels of one party being received or decided at one time, when the configuration says
/// nothing else; more are answered 429. Others wait behind at most so many of its parcels.
pub const PARTY_PARCELS_MAX: usize = 128;
/// Most bytes of one party being received or decided at one time, when the configuration says
/// nothing else: a quarter of what all may take, and one body of any kind.
pub const PARTY_BYTES_MAX: usize = 64 << 20;

/// All bodies being received or read at one time, in units of [`BODY_UNIT`]: 256 MiB.
pub const BODY_BUDGET_UNITS: usize = 4096;
/// What one unit of the body budget stands for, in bytes.
pub const BODY_UNIT: usize = 64 << 10;
/// Bodies above this size are read on a thread of their own, so that they hold up nobody else.
pub const INLINE_READ_MAX: usize = 32 << 10;

/// Time for the whole header of a request.
pub const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest silence inside a body.
pub const BODY_SILENCE: Duration = Duration::from_secs(10);
/// Time a body may take before its rate is looked at.
pub const BODY_GRACE: Duration = Duration::from_secs(20);
/// Slowest average rate of a body after [`BODY_GRACE`], in bytes a second.
pub const BODY_RATE_MIN: u64 = 1024;
/// Largest header of a request, in bytes.
pub const HEADER_BYTES_MAX: usize = 64 << 10;
/// Most header fields of a request.
pub const HEADER_FIELDS_MAX: usize = 100;
/// Time open requests get to finish when the server stops.
pub const STOP_TIMEOUT: Duration = Duration::from_secs(20);

/// Longest `Idempotency-Key`, in characters.
pub const IDEMPOTENCY_KEY_MAX: usize = 255;
/// Longest API key accepted in `Authorization`, in bytes.
pub const API_KEY_MAX: usize = 256;
/// How long the holder of a key is remembered: a revoked key stops working within it.
pub const HOLDER_MEMORY: Duration = Duration::from_millis(500);
/// Most key holders remembered.
pub const HOLDERS_MAX: usize = 4096;

/// Items of a page when the caller does not say.
pub const PAGE_DEFAULT: u32 = 50;
/// Most items of a page; more are not refused but cut to this.
pub const PAGE_MAX: u32 = 200;

/// Seconds a caller is asked to wait when there is no room.
pub const RETRY_AFTER_SECONDS: u32 = 1;
/// Seconds between two keep-alive comments of an event stream.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Connections above the configured number, on which only `/livez` and `/readyz` are answered:
/// who watches a full server must not take it for a dead one.
pub const WATCHERS_MAX: usize = 8;
/// Most event streams open at once.
pub const STREAMS_MAX: usize = 256;
