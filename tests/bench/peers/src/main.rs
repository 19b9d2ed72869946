//! Reading beside `edifact-parser` 0.38, a tokenizer of whole buffers that unescapes and checks
//! nothing: what it does is less than the first of our three rows.

#[path = "../../figures.rs"]
mod figures;
#[path = "../../reading.rs"]
mod reading;

use std::hint::black_box;

use edifact_parser::{EdifactHandler, EdifactStreamParser};
use edifact_primitives::{Control, RawSegment};
pub(crate) use figures::{quantile, ratio};

/// Counts elements, so that nothing is optimised away.
#[derive(Default)]
struct Count(usize);

impl EdifactHandler for Count {
    fn on_segment(&mut self, segment: &RawSegment<'_>) -> Control {
        self.0 += segment.elements.len();
        Control::Continue
    }
}

fn edifact_parser(input: &[u8]) {
    let mut count = Count::default();
    EdifactStreamParser::parse(input, &mut count).expect("the generated interchange is right");
    black_box(count.0);
}

fn main() {
    let bytes = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(50_000_000);
    reading::run(bytes, &[("edifact-parser 0.38", edifact_parser)]);
}
