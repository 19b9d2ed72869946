//! Envelopes of our own: from us, as we were addressed, back to the sender.

use super::Draft;
use crate::decide::{Desk, local_time};
use crate::reading::Transmission;
use acquit_mapping::edifact::{WrittenSegment, write_edifact};
use acquit_mapping::platform::Identification;
use acquit_mapping::record::Record;
use acquit_mapping::xml::write_xml;
use acquit_syntax::edifact::charset::Charset;
use acquit_syntax::edifact::envelope::{Header, Interchange, Party};
use acquit_syntax::edifact::separators::Separators;
use acquit_syntax::edifact::writer::{LineEnd, Writer};

/// An interchange of the messages `tell` writes; it is called again for another character set.
///
/// UNOC and syntax 3, as every partner reads; a value that UNOC does not have (Arabic) makes it
/// UNOW and syntax 4.
pub(super) fn wrap(
    desk: &Desk<'_>,
    sent: &Transmission,
    draft: &Draft,
    tell: &dyn Fn(&mut Sheet<'_>) -> Option<()>,
) -> Option<Vec<u8>> {
    let party = sent.party.as_ref().and_then(|party| desk.book.agreement(party));
    let folder = party.map_or("", |agreement| agreement.folder.as_str());
    let (us, them) = (&sent.recipient, &sent.sender);
    let named = desk.book.platform.is_us_in_edifact(&us.0, &us.1);
    let us = named.then(|| Identification { id: us.0.clone(), qualifier: us.1.clone() });
    let them = Identification { id: them.0.clone(), qualifier: them.1.clone() };
    let ends = Ends { us, them: &them, reference: &draft.reference };
    write(desk, &ends, folder, tell)
}

/// An interchange nobody asked for, to a partner by its address, with a reference of ours.
pub(super) fn unasked(
    desk: &Desk<'_>,
    them: &Identification,
    reference: &str,
    folder: &str,
    tell: &dyn Fn(&mut Sheet<'_>) -> Option<()>,
) -> Option<Vec<u8>> {
    write(desk, &Ends { us: None, them, reference }, folder, tell)
}

/// Between whom an interchange goes, and its control reference.
struct Ends<'e> {
    /// How we were addressed; our first address when nobody addressed us.
    us: Option<Identification>,
    them: &'e Identification,
    reference: &'e str,
}

fn write(
    desk: &Desk<'_>,
    ends: &Ends<'_>,
    folder: &str,
    tell: &dyn Fn(&mut Sheet<'_>) -> Option<()>,
) -> Option<Vec<u8>> {
    let written = |charset| {
        let writer = Writer::new(&header(desk, ends, charset), LineEnd::None);
        let mut sheet = Sheet { desk, folder, writer };
        tell(&mut sheet)?;
        sheet.writer.finish().ok()
    };
    written(Charset::UnoC).or_else(|| written(Charset::UnoW))
}

/// An interchange being written, message by message: no more than one is held as segments.
pub(super) struct Sheet<'s> {
    desk: &'s Desk<'s>,
    folder: &'s str,
    writer: Writer,
}

impl Sheet<'_> {
    /// Writes a message; how many segments it has. `None` when there is no such specimen.
    pub(super) fn message(&mut self, name: &str, record: &Record<'_>) -> Option<usize> {
        let form = self.desk.book.catalogue.edifact(self.folder, name)?;
        let (segments, _) = write_edifact(&form.specimen, record);
        let reference = segments.first().and_then(|unh| unh.elements.first()?.first());
        let [kind, version, release, agency] = form.specimen.message().map(str::to_owned);
        self.writer.message(&Header {
            reference: reference.cloned().unwrap_or_default(),
            kind,
            version,
            release,
            agency,
            ..Header::default()
        });
        self.segments(segments.get(1..)?);
        Some(segments.len())
    }

    /// Goes on with the message begun: the segments of a record after those it had so far.
    pub(super) fn go_on(&mut self, name: &str, record: &Record<'_>, begun: usize) -> Option<()> {
        let form = self.desk.book.catalogue.edifact(self.folder, name)?;
        let (segments, _) = write_edifact(&form.specimen, record);
        self.segments(segments.get(begun..)?);
        Some(())
    }

    fn segments(&mut self, segments: &[WrittenSegment]) {
        for segment in segments {
            self.writer.segment(&segment.tag);
            for element in &segment.elements {
                self.writer.composite(element.iter().map(String::as_str));
            }
        }
    }
}

fn header(desk: &Desk<'_>, ends: &Ends<'_>, charset: Charset) -> Interchange {
    let local = local_time(&desk.book.platform.zone, desk.now);
    let (date, time) = (local.date(), local.time());
    let wide = charset == Charset::UnoW;
    let year = if wide { i32::from(date.year()) } else { i32::from(date.year()).rem_euclid(100) };
    let us = ends.us.as_ref().or_else(|| desk.book.platform.edifact.first());
    let party = |one: &Identification| Party {
        id: one.id.clone(),
        qualifier: one.qualifier.clone(),
        ..Party::default()
    };
    Interchange {
        una: Some(*b":+.? '"),
        separators: Separators::DEFAULT,
        charset,
        syntax: charset.identifier().to_owned(),
        version: if wide { "4" } else { "3" }.to_owned(),
        sender: us.map(party).unwrap_or_default(),
        recipient: party(ends.them),
        date: format!("{year:02}{:02}{:02}", date.month(), date.day()),
        time: format!("{:02}{:02}", time.hour(), time.minute()),
        reference: ends.reference.to_owned(),
        ..Interchange::default()
    }
}

/// A document of ours in XML.
pub(super) fn document(
    desk: &Desk<'_>,
    sent: &Transmission,
    name: &str,
    record: &Record<'_>,
) -> Option<Vec<u8>> {
    let party = sent.party.as_ref().and_then(|party| desk.book.agreement(party));
    let folder = party.map_or("", |agreement| agreement.folder.as_str());
    let form = desk.book.catalogue.xml(folder, name)?;
    let (text, _) = write_xml(&form.specimen, record);
    Some(text.into_bytes())
}
