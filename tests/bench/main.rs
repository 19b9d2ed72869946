//! Measures the product against what the same machine can do in the same run.
//!
//! `tests/bench/run [reading|pipeline|http|lists|peers]`; `docs/BENCHMARKS.md` has the method.
//! Times are medians of several rounds, interleaved with what they are compared with, so that a
//! noisy neighbour slows both.
#![expect(clippy::print_stdout, reason = "a measurement prints")]

mod figures;
mod http;
mod pipeline;
mod reading;

/// Connections that post at a time.
const CONNECTIONS: u64 = 64;

/// The allocator of the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub(crate) use figures::{named, processor, quantile, ratio, thread};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number =
        |at: usize, or: u64| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(or);
    match arguments.first().map(String::as_str) {
        Some("reading") => reading::run(number(1, 50_000_000), &[]),
        Some("pipeline") => pipeline::run(number(1, 50_000)),
        Some("http") => match (arguments.get(1), arguments.get(2)) {
            (Some(address), Some(key)) => {
                http::run(address, key, number(3, 20_000), number(4, CONNECTIONS));
            }
            _ => println!("bench http ADDRESS KEY [POSTS [CONNECTIONS]]"),
        },
        Some("generate") => {
            let bytes = reading::interchange(number(2, 50_000_000));
            let path = arguments.get(1).map_or("invoic.edi", String::as_str);
            std::fs::write(path, bytes).expect("the file can be written");
        }
        _ => println!(
            "bench reading [BYTES] | pipeline [INVOICES] | http ADDRESS KEY [POSTS [CONNECTIONS]]"
        ),
    }
}
