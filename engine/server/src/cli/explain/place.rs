//! The place asked for: `[MESSAGE:]SEGMENT[.ELEMENT[.COMPONENT]]`.

/// A place; a part that is not given is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct At {
    message: Option<u32>,
    segment: Option<u32>,
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
        let segment = number(parts.next()?)?;
        let element = parts.next().map(|part| small(part).ok_or(())).transpose().ok()?;
        let component = parts.next().map(|part| small(part).ok_or(())).transpose().ok()?;
        parts.next().is_none().then_some(At { message, segment: Some(segment), element, component })
    }

    /// Whether it is in this message; without one, a segment asked for is the first message's.
    pub(super) fn has_message(self, ordinal: u32) -> bool {
        match (self.message, self.segment) {
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

fn small(text: &str) -> Option<u16> {
    text.parse().ok().filter(|number| *number > 0)
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn places() {
        let whole =
            At { message: Some(2), segment: Some(12), element: Some(2), component: Some(1) };
        assert_eq!(At::parse("2:12.2.1"), Some(whole));
        assert_eq!(At::parse("12"), Some(At { segment: Some(12), ..At::default() }));
        for wrong in ["", "0", "x", "1.", "1.2.3.4", ":1", "1:", "-1"] {
            assert_eq!(At::parse(wrong), None, "{wrong}");
        }
    }
}
