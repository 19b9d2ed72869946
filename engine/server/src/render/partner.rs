//! What the partner will see of a finding: the code in the answer of its own protocol.

use super::source::Wire;
use super::{Lang, Told};
use acquit_domain::{Finding, Level};

/// The place and code in CONTRL, APERAK or ACC; empty when the finding rejects nothing.
pub(super) fn partner_sees(finding: &Finding, told: &Told, lang: Lang, wire: Wire) -> String {
    if !finding.rejects() {
        return String::new();
    }
    let labels = lang.labels();
    let is_xml = wire == Wire::Xml
        || finding.place.name.starts_with('/')
        || finding.code.starts_with("XML-");
    let code = finding.syntax_error.map_or(String::new(), |code| format!("  0085 = {code}"));
    match finding.level {
        Level::Input => labels.nothing.to_owned(),
        _ if is_xml => format!("ACC {}  {}", labels.rejected, finding.code),
        Level::Interchange => format!("CONTRL UCI 4{code}"),
        Level::Group => format!("CONTRL UCF 4{code}"),
        Level::Message => format!("CONTRL UCM 4{code}"),
        Level::Segment => format!("CONTRL UCM 4, UCS {}{code}", finding.place.segment),
        Level::Element => {
            let (element, component) = (finding.place.element + 1, finding.place.component);
            let place = match component {
                0 => element.to_string(),
                component => format!("{element}:{component}"),
            };
            format!("CONTRL UCM 4, UCS {}, UCD {place}{code}", finding.place.segment)
        }
        Level::Business => {
            // A place without a segment is one of XML, or of a message as a whole.
            let is_open = wire == Wire::Unknown && finding.place.segment == 0;
            let letter = if is_open { "APERAK or ACC" } else { "APERAK 27" };
            let code = if told.aperak.is_empty() { &finding.code } else { &*told.aperak };
            format!("{letter} {}  {code}", labels.rejected)
        }
    }
}
