//! Guides and specimens: every message that can be read or written, compiled, for every partner.
//!
//! `guides/<release>/<TYPE>.guide` are the segment tables, `messages/<name>.edi|.xml` the default
//! specimens, `issuers/<partner>/<name>.edi` what a partner writes otherwise. A partner without a
//! file of its own shares the default's compiled form.
//!
//! What this module is *not*: an agreement. That a message can be read does not mean that a
//! partner may send it.

use crate::carrier::{Carrier, CarrierForm};
use crate::codes::Codes;
use crate::edifact::{EdifactSource, EdifactSpecimen, lay_over, parse_edifact};
use crate::files::FileFault;
use crate::specimen::Flaw;
use crate::xml::XmlSpecimen;
use acquit_syntax::edifact::guide::{Directory, Flaw as GuideFlaw, Guide, GuideFile};
use acquit_syntax::xml::Document;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Texts of files by their path below the mappings folder.
pub type Files = BTreeMap<String, String>;

/// A specimen of EDIFACT with the guide it was compiled against.
#[derive(Debug, Clone)]
pub struct EdifactForm {
    /// Name of its file without ending (`invoic-d96a`).
    pub name: String,
    /// The compiled specimen.
    pub specimen: EdifactSpecimen,
    /// The segment table of its release.
    pub guide: Arc<Guide>,
}

/// A specimen of XML.
#[derive(Debug, Clone)]
pub struct XmlForm {
    /// Name of its file without ending (`portnet-inv`).
    pub name: String,
    /// The specimen.
    pub specimen: XmlSpecimen,
}

/// Everything that can be read and written.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// By type, version and release.
    guides: BTreeMap<(String, String, String), Arc<Guide>>,
    /// By name.
    edifact: BTreeMap<String, Arc<EdifactForm>>,
    /// By folder of the partner and name, where it differs from the default.
    edifact_of: BTreeMap<(String, String), Arc<EdifactForm>>,
    /// By name.
    xml: BTreeMap<String, Arc<XmlForm>>,
    /// By folder of the partner and name, where it has a specimen of its own.
    xml_of: BTreeMap<(String, String), Arc<XmlForm>>,
    /// JSON, forms, CSV and fixed width, by folder of the partner, empty for none, and name.
    carriers: BTreeMap<(String, String), Arc<CarrierForm>>,
}

impl Catalogue {
    /// Compiles every guide and specimen among the files; all faults of all of them.
    #[must_use]
    pub fn load(files: &Files, codes: &Codes) -> (Catalogue, Vec<FileFault>) {
        let mut catalogue = Catalogue::default();
        let mut faults = Vec::new();
        catalogue.load_guides(files, &mut faults);
        let sources = catalogue.load_edifact(files, codes, &mut faults);
        catalogue.load_overlays(files, codes, &sources, &mut faults);
        catalogue.load_xml(files, codes, &mut faults);
        catalogue.load_carriers(files, codes, &mut faults);
        (catalogue, faults)
    }

    /// Names of the messages there is a specimen of.
    #[must_use]
    pub fn names(files: &Files) -> Vec<&str> {
        let mut names: Vec<&str> = files.keys().filter_map(|path| default_name(path)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The EDIFACT form of a name as a partner writes it.
    #[must_use]
    pub fn edifact(&self, partner: &str, name: &str) -> Option<&Arc<EdifactForm>> {
        let own = self.edifact_of.get(&(partner.to_owned(), name.to_owned()));
        own.or_else(|| self.edifact.get(name))
    }

    /// Every default EDIFACT form.
    pub fn edifact_forms(&self) -> impl Iterator<Item = &Arc<EdifactForm>> {
        self.edifact.values()
    }

    /// The XML form of a name as a partner writes it.
    #[must_use]
    pub fn xml(&self, partner: &str, name: &str) -> Option<&Arc<XmlForm>> {
        let own = self.xml_of.get(&(partner.to_owned(), name.to_owned()));
        own.or_else(|| self.xml.get(name))
    }

    /// The default form whose outermost element a document has.
    #[must_use]
    pub fn xml_of_document(&self, document: &Document<'_>) -> Option<&Arc<XmlForm>> {
        let with_root = || self.xml.values().filter(|form| form.specimen.has_root(document));
        with_root().find(|form| form.specimen.claims(document)).or_else(|| with_root().next())
    }

    /// The JSON, form, CSV or fixed-width form of a name as a partner writes it.
    #[must_use]
    pub fn carrier(&self, partner: &str, name: &str) -> Option<&Arc<CarrierForm>> {
        let find = |partner: &str| self.carriers.get(&(partner.to_owned(), name.to_owned()));
        find(partner).or_else(|| find(""))
    }

    /// Every JSON, form, CSV and fixed-width form, with the folder of its partner.
    pub fn carriers(&self) -> impl Iterator<Item = (&str, &Arc<CarrierForm>)> {
        self.carriers.iter().map(|((partner, _), form)| (partner.as_str(), form))
    }

    /// The guide of a message type, version and release (`INVOIC`, `D`, `96A`).
    #[must_use]
    pub fn guide(&self, message: &str, version: &str, release: &str) -> Option<&Arc<Guide>> {
        self.guides.get(&(message.to_owned(), version.to_owned(), release.to_owned()))
    }

    fn load_guides(&mut self, files: &Files, faults: &mut Vec<FileFault>) {
        let service = directory(files, "SERVICE-3", faults);
        let mut folders: Vec<&str> = files.keys().filter_map(|path| guide_folder(path)).collect();
        folders.dedup();
        for folder in folders {
            let own = directory(files, folder, faults);
            let whole = Arc::new(match folder.starts_with("SERVICE") {
                true => own,
                false => own.with(&service),
            });
            for (path, text) in tables(files, folder) {
                let (guide, flaws) = Guide::read(text, &whole);
                faults.extend(flaws.into_iter().map(|flaw| guide_fault(path, &flaw)));
                let key = [guide.message(), guide.version(), guide.release()].map(str::to_owned);
                self.guides.insert(key.into(), Arc::new(guide));
            }
        }
    }

    fn load_edifact(
        &mut self,
        files: &Files,
        codes: &Codes,
        faults: &mut Vec<FileFault>,
    ) -> BTreeMap<String, EdifactSource> {
        let mut sources = BTreeMap::new();
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".edi")) {
            let Some(name) = default_name(path) else { continue };
            let (source, flaws) = parse_edifact(text, codes);
            faults.extend(flaws.into_iter().map(|flaw| flaw.in_file(path)));
            if let Some(form) = self.compile(path, name, source.clone(), faults) {
                self.edifact.insert(name.to_owned(), form);
            }
            sources.insert(name.to_owned(), source);
        }
        sources
    }

    fn load_overlays(
        &mut self,
        files: &Files,
        codes: &Codes,
        sources: &BTreeMap<String, EdifactSource>,
        faults: &mut Vec<FileFault>,
    ) {
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".edi")) {
            let Some((partner, name)) = partner_name(path) else { continue };
            let Some(default) = sources.get(name) else {
                let known = sources.keys().cloned().collect();
                faults.push(at_top(path, format!("there is no message {name:?}"), known));
                continue;
            };
            let (source, flaws) = lay_over(default, text, codes);
            faults.extend(flaws.into_iter().map(|flaw| flaw.in_file(path)));
            if let Some(form) = self.compile(path, name, source, faults) {
                self.edifact_of.insert((partner.to_owned(), name.to_owned()), form);
            }
        }
    }

    fn load_xml(&mut self, files: &Files, codes: &Codes, faults: &mut Vec<FileFault>) {
        for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".xml")) {
            let partner = partner_name(path);
            let Some(name) = default_name(path).or(partner.map(|(_, name)| name)) else { continue };
            let (specimen, flaws) = XmlSpecimen::parse(text, codes);
            faults.extend(flaws.into_iter().map(|flaw| flaw.in_file(path)));
            let form = Arc::new(XmlForm { name: name.to_owned(), specimen });
            match partner {
                Some((partner, name)) => {
                    self.xml_of.insert((partner.to_owned(), name.to_owned()), form);
                }
                None => {
                    self.xml.insert(name.to_owned(), form);
                }
            }
        }
    }

    fn load_carriers(&mut self, files: &Files, codes: &Codes, faults: &mut Vec<FileFault>) {
        for (path, text) in files {
            let Some((partner, name, ending)) = carrier_name(path) else { continue };
            let Some((specimen, flaws)) = Carrier::parse(ending, text, codes) else { continue };
            faults.extend(flaws.into_iter().map(|flaw| flaw.in_file(path)));
            let form = Arc::new(CarrierForm { name: name.to_owned(), specimen });
            self.carriers.insert((partner.to_owned(), name.to_owned()), form);
        }
    }

    fn compile(
        &self,
        path: &str,
        name: &str,
        source: EdifactSource,
        faults: &mut Vec<FileFault>,
    ) -> Option<Arc<EdifactForm>> {
        let [kind, version, release] = unh_of(&source);
        let Some(guide) = self.guide(&kind, &version, &release) else {
            let known = self
                .guides
                .keys()
                .map(|(kind, version, release)| format!("{kind}:{version}:{release}"));
            let message = format!("there is no guide of {kind}:{version}:{release}");
            faults.push(at_top(path, message, known.collect()));
            return None;
        };
        let guide = Arc::clone(guide);
        let (specimen, flaws) = EdifactSpecimen::compile(source, &guide);
        faults.extend(flaws.into_iter().map(|flaw: Flaw| flaw.in_file(path)));
        Some(Arc::new(EdifactForm { name: name.to_owned(), specimen, guide }))
    }
}

/// Type, version and release the UNH of a specimen says; empty where it says none.
fn unh_of(source: &EdifactSource) -> [String; 3] {
    let unh = source.lines.iter().find(|line| &*line.tag == "UNH");
    let literal = |component: u16| {
        let cell =
            unh?.cells.iter().find(|cell| cell.element == 2 && cell.component == component)?;
        match &cell.filling {
            crate::specimen::Filling::Literal(text) => Some(text.to_string()),
            _ => None,
        }
    };
    [1, 2, 3].map(|component| literal(component).unwrap_or_default())
}

fn directory(files: &Files, folder: &str, faults: &mut Vec<FileFault>) -> Directory {
    let text =
        |name: &str| files.get(&format!("guides/{folder}/{name}.guide")).map_or("", String::as_str);
    let (directory, flaws) = Directory::read(text("segments"), text("codes"));
    faults.extend(flaws.iter().map(|flaw| {
        let name = if flaw.file == GuideFile::Codes { "codes" } else { "segments" };
        guide_fault(&format!("guides/{folder}/{name}.guide"), flaw)
    }));
    directory
}

/// The segment tables in a folder of guides.
fn tables<'f>(files: &'f Files, folder: &str) -> impl Iterator<Item = (&'f str, &'f str)> {
    let prefix = format!("guides/{folder}/");
    files.iter().filter_map(move |(path, text)| {
        let name = path.strip_prefix(&prefix)?.strip_suffix(".guide")?;
        (!matches!(name, "segments" | "codes")).then_some((path.as_str(), text.as_str()))
    })
}

fn guide_folder(path: &str) -> Option<&str> {
    path.strip_prefix("guides/")?.split_once('/').map(|(folder, _)| folder)
}

/// `messages/invoic-d96a.edi` is `invoic-d96a`.
fn default_name(path: &str) -> Option<&str> {
    let file = path.strip_prefix("messages/")?;
    file.strip_suffix(".edi").or_else(|| file.strip_suffix(".xml"))
}

/// `issuers/anp/invoic-d96a.edi` is `anp` and `invoic-d96a`.
fn partner_name(path: &str) -> Option<(&str, &str)> {
    let (partner, file) = of_partner(path)?;
    let name = file.strip_suffix(".edi").or_else(|| file.strip_suffix(".xml"))?;
    Some((partner, name))
}

/// The folder of a partner, and its file.
fn of_partner(path: &str) -> Option<(&str, &str)> {
    let kinds = ["issuers/", "providers/", "banks/"];
    kinds.iter().find_map(|kind| path.strip_prefix(kind))?.split_once('/')
}

/// `providers/cmi/callback.form` is `cmi`, `callback` and `form`; a default has no partner.
fn carrier_name(path: &str) -> Option<(&str, &str, &str)> {
    let (partner, file) = match path.strip_prefix("messages/") {
        Some(file) => ("", file),
        None => of_partner(path)?,
    };
    let (name, ending) = file.rsplit_once('.')?;
    Some((partner, name, ending))
}

fn guide_fault(path: &str, flaw: &GuideFlaw) -> FileFault {
    FileFault {
        file: path.to_owned(),
        line: flaw.line,
        column: flaw.column,
        message: flaw.message.clone(),
        known: Vec::new(),
    }
}

fn at_top(path: &str, message: String, known: Vec<String>) -> FileFault {
    FileFault { file: path.to_owned(), line: 1, column: 1, message, known }
}
