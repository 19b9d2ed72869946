//! Envelopes of our own: from us, as we were addressed, back to the sender.

use super::Draft;
use crate::decide::{Desk, local_time};
use crate::reading::Transmission;
use acquit_mapping::edifact::{WrittenSegment, write_edifact};
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
    let written = |charset| {
        let writer = Writer::new(&header(desk, sent, draft, charset), LineEnd::None);
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

fn header(desk: &Desk<'_>, sent: &Transmission, draft: &Draft, charset: Charset) -> Interchange {
    let local = local_time(&desk.book.platform.zone, desk.now);
    let (date, time) = (local.date(), local.time());
    let wide = charset == Charset::UnoW;
    let year = if wide { i32::from(date.year()) } else { i32::from(date.year()).rem_euclid(100) };
    let us = &sent.recipient;
    let named = desk.book.platform.is_us_in_edifact(&us.0, &us.1);
    let (id, qualifier) = match (named, desk.book.platform.edifact.first()) {
        (false, Some(first)) => (first.id.clone(), first.qualifier.clone()),
        _ => us.clone(),
    };
    Interchange {
        una: Some(*b":+.? '"),
        separators: Separators::DEFAULT,
        charset,
        syntax: charset.identifier().to_owned(),
        version: if wide { "4" } else { "3" }.to_owned(),
        sender: Party { id, qualifier, ..Party::default() },
        recipient: Party {
            id: sent.sender.0.clone(),
            qualifier: sent.sender.1.clone(),
            ..Party::default()
        },
        date: format!("{year:02}{:02}{:02}", date.month(), date.day()),
        time: format!("{:02}{:02}", time.hour(), time.minute()),
        reference: draft.reference.clone(),
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
