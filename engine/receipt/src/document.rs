//! The receipt as a document: what stands where.
//!
//! The document is PDF/A-2b (ISO 19005-2), since a receipt is kept for years.
//!
//! What this module is *not*: it measures no letter and draws no shape itself.

use acquit_domain::Timestamp;
use acquit_mapping::language::Language;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::metadata::{DateTime, Metadata, TextDirection};
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};

use crate::canvas::{Canvas, Edge, Ink, PAGE_WIDTH, Style};
use crate::data::{ReceiptData, ReceiptLine};
use crate::figures::{amount, day, moment};
use crate::layout::{Room, fit, pages, wrap};
use crate::lettering::{Fonts, Reading, Weight};
use crate::qr::{Modules, modules};
use crate::words::{Words, words};

/// Most invoices of one receipt: more than an order may have.
pub const LINES_MAX: usize = 10_000;

const MARGIN: i32 = 720;
const END: i32 = PAGE_WIDTH - MARGIN;
const TOP: i32 = 700;
const BOTTOM: i32 = 16_000;
const FOOTER: i32 = 16_300;
const HEADER: i32 = 1_900;
const HEADER_NEXT: i32 = 500;
const CODE_SIDE: i32 = 1_700;
const COLUMNS: usize = 3;
const COLUMN: i32 = (END - MARGIN) / 3;
const GAP: i32 = 200;
const LABEL_HEIGHT: i32 = 190;
const LINE_HEIGHT: i32 = 230;
const TABLE_HEAD: i32 = 320;
const ROW: i32 = 210;
const TOTALS: i32 = 3 * 290 + 120;
const NOTE_LINE: i32 = 210;
/// Where the date of an invoice begins.
const DATE_AT: i32 = MARGIN + 5_200;

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// It would have more invoices than [`LINES_MAX`].
    #[error("a receipt of {0} invoices; at most {LINES_MAX}")]
    Lines(usize),
    /// The fonts inside the program do not read: it was built wrongly.
    #[error("the fonts of receipts do not read")]
    Fonts,
    /// The PDF library refused.
    #[error("the receipt {number} cannot be written as PDF: {reason}")]
    Pdf {
        /// The receipt.
        number: String,
        /// What the library says.
        reason: String,
    },
}

/// What is the same on every page.
struct Sheet<'a> {
    data: &'a ReceiptData,
    words: &'static Words,
    language: Language,
    fonts: Fonts,
    code: Option<Modules>,
    details: Vec<Vec<Detail>>,
    notes: Vec<(String, Style)>,
    pages: usize,
}

/// One labelled value, on lines.
struct Detail {
    label: &'static str,
    lines: Vec<String>,
    reading: Reading,
}

/// The receipt as PDF: the same bytes for the same data and language.
///
/// Names may be long or odd: what does not fit ends in an ellipsis, what no font shows is a
/// question mark.
///
/// # Errors
/// [`ReceiptError`]; none of them is caused by a text.
pub fn pdf(data: &ReceiptData, language: Language) -> Result<Vec<u8>, ReceiptError> {
    if data.lines.len() > LINES_MAX {
        return Err(ReceiptError::Lines(data.lines.len()));
    }
    let refused = |reason: String| ReceiptError::Pdf { number: data.number.clone(), reason };
    let fonts = Fonts::load().ok_or(ReceiptError::Fonts)?;
    let mut sheet = sheet(data, language, fonts);
    let details_end = TOP + HEADER + details_height(&sheet.details);
    let rows = |from: i32| BOTTOM - from - TABLE_HEAD;
    let notes = i32::try_from(sheet.notes.len()).unwrap_or(0) * NOTE_LINE;
    let next = rows(TOP + HEADER_NEXT);
    let room = Room { first: rows(details_end), next, tail: TOTALS + notes, row: ROW };
    let plan = pages(data.lines.len(), room);
    sheet.pages = plan.len();

    let configuration = ConfigurationBuilder::new().with_archival_validator(Archival::A2_B);
    let configuration = configuration.finish().map_err(|error| refused(format!("{error:?}")))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    document.set_metadata(metadata(&sheet));
    for (number, rows) in plan.into_iter().enumerate() {
        let size = PageSettings::from_wh(595.3, 841.9).ok_or_else(|| refused("no page".into()))?;
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        let mut canvas = Canvas::new(&mut surface, &sheet.fonts, language);
        let top = match number {
            0 => first_header(&mut canvas, &sheet),
            _ => next_header(&mut canvas, &sheet),
        };
        let end = table(&mut canvas, &sheet, &data.lines[rows], top);
        if number + 1 == sheet.pages {
            tail(&mut canvas, &sheet, end);
        }
        footer(&mut canvas, &sheet, number + 1);
        canvas.finish();
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| refused(format!("{error:?}")))
}

/// Measures what does not depend on pages.
fn sheet(data: &ReceiptData, language: Language, fonts: Fonts) -> Sheet<'_> {
    let words = words(language);
    let details = details(data, words, &fonts);
    let claim = words.claim.replace("{days}", &data.claim_days.to_string());
    let said = style(180, Weight::Regular, sentence(language));
    let mut notes: Vec<(String, Style)> = Vec::new();
    notes.extend(wrap(&fonts, &claim, said, END - MARGIN, 3).into_iter().map(|line| (line, said)));
    if let Some(address) = &data.verification {
        let mark = Style { ink: Ink::Grey, ..said };
        let plain = style(160, Weight::Regular, Reading::LeftToRight);
        notes.push((words.verify.to_owned(), mark));
        let lines = wrap(&fonts, address, plain, END - MARGIN, 3);
        notes.extend(lines.into_iter().map(|line| (line, plain)));
    }
    let code = data.verification.as_deref().and_then(modules);
    Sheet { data, words, language, fonts, code, details, notes, pages: 1 }
}

/// The labelled values, in rows of three.
fn details(data: &ReceiptData, words: &Words, fonts: &Fonts) -> Vec<Vec<Detail>> {
    let (name, code) = (Reading::OfItself, Reading::LeftToRight);
    let references = &data.references;
    let of = |text: &Option<String>| text.clone().unwrap_or_default();
    let all = [
        (words.issuer, data.issuer.name.clone(), name),
        (words.client, data.client.name.clone(), name),
        (words.means, data.means.clone(), name),
        (words.issuer_code, data.issuer.code.clone(), code),
        (words.client_code, data.client.code.clone(), code),
        (words.provider, data.provider.clone(), name),
        (words.order, references.order.clone(), code),
        (words.fatourati, of(&references.fatourati), code),
        (words.transaction, of(&references.provider_transaction), code),
        (words.channel, of(&data.channel), name),
        (words.channel_reference, of(&references.channel), code),
    ];
    let said = all.into_iter().filter(|(_, value, _)| !value.is_empty());
    let mut rows: Vec<Vec<Detail>> = Vec::new();
    for (label, value, reading) in said {
        let style = style(190, Weight::Regular, reading);
        let lines = wrap(fonts, &value, style, COLUMN - GAP, 3);
        let detail = Detail { label, lines, reading };
        match rows.last_mut() {
            Some(row) if row.len() < COLUMNS => row.push(detail),
            _ => rows.push(vec![detail]),
        }
    }
    rows
}

fn row_height(row: &[Detail]) -> i32 {
    let lines = row.iter().map(|detail| detail.lines.len()).max().unwrap_or(0);
    LABEL_HEIGHT + LINE_HEIGHT * i32::try_from(lines).unwrap_or(0) + 90
}

fn details_height(details: &[Vec<Detail>]) -> i32 {
    details.iter().map(|row| row_height(row)).sum::<i32>() + 60
}

fn metadata(sheet: &Sheet<'_>) -> Metadata {
    let title = sheet.fonts.shown(&format!("{} {}", sheet.words.title, sheet.data.number));
    let direction = match sheet.language {
        Language::Ar => TextDirection::RightToLeft,
        Language::Fr | Language::En => TextDirection::LeftToRight,
    };
    let metadata = Metadata::new()
        .title(title)
        .authors(vec![sheet.fonts.shown(&sheet.data.platform)])
        .language(sheet.language.key().to_owned())
        .text_direction(direction)
        .producer("Acquit".to_owned());
    match created(sheet.data.at) {
        Some(at) => metadata.creation_date(at),
        None => metadata,
    }
}

/// The moment of the payment: the only one a receipt knows.
fn created(at: Timestamp) -> Option<DateTime> {
    let utc =
        jiff::Timestamp::from_microsecond(at.0).ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let of = |part: i8| u8::try_from(part).ok();
    let created = DateTime::new(u16::try_from(utc.year()).ok()?);
    let created = created.month(of(utc.month())?).day(of(utc.day())?).hour(of(utc.hour())?);
    let created = created.minute(of(utc.minute())?).second(of(utc.second())?);
    Some(created.utc_offset_hour(0).utc_offset_minute(0))
}

const fn style(size: i32, weight: Weight, reading: Reading) -> Style {
    Style { size, weight, reading, ink: Ink::Black }
}

/// How sentences of a language read.
const fn sentence(language: Language) -> Reading {
    match language {
        Language::Fr | Language::En => Reading::LeftToRight,
        Language::Ar => Reading::RightToLeft,
    }
}

/// The head of the first page with the details; returns where the table begins.
fn first_header(canvas: &mut Canvas<'_, '_>, sheet: &Sheet<'_>) -> i32 {
    let reading = sentence(sheet.language);
    let mut width = END - MARGIN;
    if let Some(code) = &sheet.code {
        canvas.code(code, END, TOP, CODE_SIDE);
        width -= CODE_SIDE + GAP;
    }
    let platform = Style { ink: Ink::Grey, ..style(220, Weight::Bold, Reading::OfItself) };
    let name = fit(&sheet.fonts, &sheet.data.platform, platform, width);
    canvas.text(&name, platform, Edge::Start, MARGIN, TOP + 200);
    let title = style(400, Weight::Bold, reading);
    canvas.text(sheet.words.title, title, Edge::Start, MARGIN, TOP + 720);
    let at = moment(sheet.data.at, &sheet.data.zone, sheet.language);
    let label = Style { ink: Ink::Grey, ..style(190, Weight::Regular, reading) };
    let said = style(190, Weight::Bold, Reading::LeftToRight);
    let pairs = [(sheet.words.number, sheet.data.number.as_str()), (sheet.words.paid_at, &at)];
    for (baseline, (name, value)) in [TOP + 1_150, TOP + 1_430].into_iter().zip(pairs) {
        canvas.text(name, label, Edge::Start, MARGIN, baseline);
        let value = fit(&sheet.fonts, value, said, width - 2_000);
        canvas.text(&value, said, Edge::Start, MARGIN + 1_900, baseline);
    }
    let mut y = TOP + HEADER;
    canvas.rule(MARGIN, END, y - 100, 12, Ink::Black);
    for row in &sheet.details {
        detail_row(canvas, row, sheet.language, y);
        y += row_height(row);
    }
    y + 60
}

fn detail_row(canvas: &mut Canvas<'_, '_>, row: &[Detail], language: Language, y: i32) {
    let label = Style { ink: Ink::Grey, ..style(150, Weight::Regular, sentence(language)) };
    for (x, detail) in [MARGIN, MARGIN + COLUMN, MARGIN + 2 * COLUMN].into_iter().zip(row) {
        canvas.text(detail.label, label, Edge::Start, x, y + 140);
        let mut baseline = y + LABEL_HEIGHT;
        for line in &detail.lines {
            baseline += LINE_HEIGHT;
            let said = style(190, Weight::Regular, detail.reading);
            canvas.text(line, said, Edge::Start, x, baseline - 40);
        }
    }
}

/// The head of a further page; returns where the table begins.
fn next_header(canvas: &mut Canvas<'_, '_>, sheet: &Sheet<'_>) -> i32 {
    let title = style(220, Weight::Bold, sentence(sheet.language));
    canvas.text(sheet.words.title, title, Edge::Start, MARGIN, TOP + 200);
    let said = style(190, Weight::Regular, Reading::LeftToRight);
    let number = fit(&sheet.fonts, &sheet.data.number, said, COLUMN * 2);
    canvas.text(&number, said, Edge::End, END, TOP + 200);
    TOP + HEADER_NEXT
}

/// The invoices of one page; returns where the table ends.
fn table(canvas: &mut Canvas<'_, '_>, sheet: &Sheet<'_>, lines: &[ReceiptLine], top: i32) -> i32 {
    if lines.is_empty() {
        return top;
    }
    let head = style(160, Weight::Bold, sentence(sheet.language));
    canvas.text(sheet.words.invoice, head, Edge::Start, MARGIN, top + 180);
    canvas.text(sheet.words.date, head, Edge::Start, DATE_AT, top + 180);
    canvas.text(sheet.words.amount, head, Edge::End, END, top + 180);
    canvas.rule(MARGIN, END, top + TABLE_HEAD - 50, 12, Ink::Black);
    let said = style(165, Weight::Regular, Reading::LeftToRight);
    let mut y = top + TABLE_HEAD;
    for line in lines {
        let baseline = y + 152;
        let number = fit(&sheet.fonts, &line.number, said, DATE_AT - MARGIN - GAP);
        canvas.text(&number, said, Edge::Start, MARGIN, baseline);
        if let Some(date) = line.date {
            canvas.text(&day(date, sheet.language), said, Edge::Start, DATE_AT, baseline);
        }
        canvas.text(&amount(line.amount, sheet.language), said, Edge::End, END, baseline);
        y += ROW;
        canvas.rule(MARGIN, END, y - 8, 6, Ink::Pale);
    }
    y
}

/// Totals, the time for claims and the address of verification.
fn tail(canvas: &mut Canvas<'_, '_>, sheet: &Sheet<'_>, top: i32) {
    let (data, words) = (sheet.data, sheet.words);
    let invoices = data.total.minus(data.fees).filter(|_| data.fees.minor != 0);
    let parts = invoices.map(|invoices| [(words.invoices, invoices), (words.fees, data.fees)]);
    let mut y = top;
    for (label, money) in parts.into_iter().flatten() {
        total_row(canvas, sheet, (label, amount(money, sheet.language)), Weight::Regular, y);
        y += 290;
    }
    total_row(canvas, sheet, (words.total, amount(data.total, sheet.language)), Weight::Bold, y);
    y += 290 + 120;
    for (line, style) in &sheet.notes {
        y += NOTE_LINE;
        canvas.text(line, *style, Edge::Start, MARGIN, y);
    }
}

fn total_row(
    canvas: &mut Canvas<'_, '_>,
    sheet: &Sheet<'_>,
    (label, amount): (&str, String),
    weight: Weight,
    y: i32,
) {
    let name = style(190, weight, sentence(sheet.language));
    canvas.text(label, name, Edge::Start, DATE_AT, y + 220);
    let said = style(190, weight, Reading::LeftToRight);
    canvas.text(&amount, said, Edge::End, END, y + 220);
}

fn footer(canvas: &mut Canvas<'_, '_>, sheet: &Sheet<'_>, page: usize) {
    let plain = Style { ink: Ink::Grey, ..style(150, Weight::Regular, Reading::LeftToRight) };
    let number = fit(&sheet.fonts, &sheet.data.number, plain, COLUMN * 2);
    canvas.text(&number, plain, Edge::Start, MARGIN, FOOTER);
    let page = format!("{} {page} / {}", sheet.words.page, sheet.pages);
    let said = Style { reading: sentence(sheet.language), ..plain };
    canvas.text(&page, said, Edge::End, END, FOOTER);
}
