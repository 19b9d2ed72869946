//! What a CONTRL of ours says, in the short words of the table of hostile inputs.

use std::collections::BTreeMap;

use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::edifact::tape::Tag;

const UCI: Tag = Tag::new(b"UCI");
const UCM: Tag = Tag::new(b"UCM");
const UCS: Tag = Tag::new(b"UCS");
const UCD: Tag = Tag::new(b"UCD");

/// The segments of a CONTRL as `UCI:4:13`, `UCM:4`, `UCS(BGM):35`, `UCD:12`. The tag in UCS is
/// looked up in the interchange it answers.
#[must_use]
pub fn words(contrl: &[u8], answered: &[u8]) -> Vec<String> {
    let tags = tags(answered);
    let mut words = Vec::new();
    let mut reader = Reader::over(contrl, Options::default());
    while let Some(item) = reader.next() {
        let Item::Message(message) = item else { continue };
        let content = message.content;
        let mut about = String::new();
        for segment in &content.tape.segments {
            let get = |element| content.get(segment, element, 1).into_owned();
            let word = match segment.tag {
                UCI => format!("UCI{}", tail(&[get(4), get(5)])),
                UCM => {
                    about = get(1);
                    format!("UCM{}", tail(&[get(3), get(4)]))
                }
                UCS => {
                    let tag = tag_at(&tags, &about, get(1).parse().unwrap_or(0));
                    format!("UCS({tag}){}", tail(&[get(2)]))
                }
                UCD => format!("UCD{}", tail(&[get(1)])),
                _ => continue,
            };
            words.push(word);
        }
    }
    words
}

fn tail(values: &[String]) -> String {
    let said = values.iter().filter(|value| !value.is_empty());
    said.map(|value| format!(":{value}")).collect()
}

/// Tags of the segments of each message, by its reference.
type Tags = BTreeMap<String, Vec<String>>;

fn tags(interchange: &[u8]) -> Tags {
    let mut tags = Tags::new();
    let mut reader = Reader::over(interchange, Options::default());
    while let Some(item) = reader.next() {
        let Item::Message(read) = item else { continue };
        let of = read.content.tape.segments.iter().map(|segment| {
            let start = segment.start as usize;
            let tag = &read.content.window[start..start + usize::from(segment.tag_len)];
            String::from_utf8_lossy(tag).into_owned()
        });
        tags.entry(read.header().reference).or_insert_with(|| of.collect());
    }
    tags
}

/// The tag of the n-th segment (0096) of a message; `?` when there is none.
fn tag_at<'t>(tags: &'t Tags, message: &str, ordinal: usize) -> &'t str {
    let segments = tags.get(message);
    segments.and_then(|of| of.get(ordinal.wrapping_sub(1))).map_or("?", String::as_str)
}
