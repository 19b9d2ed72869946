//! The place asked for: `[MESSAGE:]SEGMENT[.ELEMENT[.COMPONENT]]`, where a segment is a number or
//! the tag of the first one.

/// Letters and digits of a tag (0135 is an3).
const TAG_LENGTH: usize = 3;

/// A place; a part that is not given is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct At {
    message: Option<u32>,
    segment: Option<u32>,
    tag: Option<[u8; TAG_LENGTH]>,
    element: Option<u16>,
    component: Option<u16>,
}

impl At {
    /// Reads a place; numbers count from 1.
    pub(super) fn parse(text: &str) -> Option<At> {
        let (message, rest) = match text.split_once(':') {
            Some((message, rest)) => (Some(number(message)?), rest),
            None => (None, text),
        };
        let mut parts = rest.split('.');
        let said = parts.next()?;
        let (segment, tag) = (number(said), tag(said));
        if segment.is_none() && tag.is_none() {
            return None;
        }
        let element = parts.next().map(|part| small(part).ok_or(())).transpose().ok()?;
        let component = parts.next().map(|part| small(part).ok_or(())).transpose().ok()?;
        parts.next().is_none().then_some(At { message, segment, tag, element, component })
    }

    /// The same place by number; `first` knows where the first segment of a tag is. A tag that is
    /// nowhere is a segment that is nowhere.
    pub(super) fn with_tag(self, first: &dyn Fn(&str) -> Option<u32>) -> At {
        let Some(tag) = &self.tag else { return self };
        let tag = std::str::from_utf8(tag).unwrap_or_default();
        At { segment: Some(first(tag).unwrap_or(u32::MAX)), tag: None, ..self }
    }

    /// Whether it is in this message; without one, a segment asked for is the first message's.
    pub(super) fn has_message(self, ordinal: u32) -> bool {
        let segment = self.segment.is_some() || self.tag.is_some();
        match (self.message, segment.then_some(())) {
            (Some(message), _) => message == ordinal,
            (None, Some(_)) => ordinal == 1,
            (None, None) => true,
        }
    }

    pub(super) fn has_segment(self, ordinal: u32) -> bool {
        self.segment.is_none_or(|segment| segment == ordinal)
    }

    pub(super) fn has_part(self, element: u16, component: u16) -> bool {
        self.element.is_none_or(|asked| asked == element)
            && self.component.is_none_or(|asked| asked == component.max(1))
    }
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}

/// A tag as it is written, in either case.
fn tag(text: &str) -> Option<[u8; TAG_LENGTH]> {
    let tag: [u8; TAG_LENGTH] = text.to_ascii_uppercase().into_bytes().try_into().ok()?;
    let fits = tag[0].is_ascii_uppercase() && tag.iter().all(u8::is_ascii_alphanumeric);
    fits.then_some(tag)
}

fn small(text: &str) -> Option<u16> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn places() {
        let whole = At {
            message: Some(2),
            segment: Some(12),
            tag: None,
            element: Some(2),
            component: Some(1),
        };
        assert_eq!(At::parse("2:12.2.1"), Some(whole));
        assert_eq!(At::parse("12"), Some(At { segment: Some(12), ..At::default() }));
        let by_tag = At::parse("bgm.2").map(|at| at.with_tag(&|tag| (tag == "BGM").then_some(2)));
        assert_eq!(by_tag, At::parse("2.2"));
        for wrong in ["", "0", "x", "1.", "1.2.3.4", ":1", "1:", "-1"] {
            assert_eq!(At::parse(wrong), None, "{wrong}");
        }
    }
}
