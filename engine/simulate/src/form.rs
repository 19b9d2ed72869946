//! `application/x-www-form-urlencoded`, both ways.

/// The pairs of a form or of the query of an address, in order.
#[must_use]
pub fn read(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// A form of these pairs.
#[must_use]
pub fn write<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = pairs.into_iter();
    let written: Vec<String> =
        pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    written.join("&")
}

/// The value of the first pair of this name.
#[must_use]
pub fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value.as_str())
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut ahead = rest.clone();
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        rest = ahead;
                        u8::try_from(high * 16 + low).unwrap_or(b'?')
                    }
                    _ => b'%',
                }
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Text percent-encoded, so that it can stand in a form or in the query of an address.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                written.push(char::from(byte));
            }
            b' ' => written.push('+'),
            other => written.push_str(&format!("%{other:02X}")),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let pairs = [("BillToName", "L'AMI | FILS & \\ CIE é"), ("EXTRA.TRXDATE", "a+b=c%")];
        let read = read(&write(pairs));
        let same = read.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        assert_eq!(same.collect::<Vec<_>>(), pairs);
    }
}
