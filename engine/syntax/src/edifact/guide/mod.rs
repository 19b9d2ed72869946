//! Guides: what a directory says a message may hold, compiled for reading.
//!
//! A [`Directory`] holds the segments, elements and code values of one release; a [`Guide`] is
//! the segment table of one message over such a directory. Both are read from text (the files of
//! `mappings/guides/`, whose README tells the format), are immutable afterwards, and answer in
//! constant time what the checks ask for every segment of every message.
//!
//! Reading never fails: it gives what could be understood and every [`Flaw`] of the file at once.
//! This module reads no file and knows no message: which guides exist is the caller's business.

mod codes;
mod directory;
mod quick;
mod raw;
mod shape;
mod slots;
mod table;
mod tags;
mod text;

pub use codes::{CODE_MAX, Code, CodeList};
pub use directory::Directory;
pub use shape::{
    COMPONENTS_MAX, Class, ComponentUse, ELEMENTS_MAX, ElementId, ElementUse, SegmentDef,
};
pub use slots::{SLOTS_MAX, Slot, SlotId, SlotKind};
pub use table::Guide;
pub use text::{Flaw, GuideFile};

pub(crate) use quick::{Manner, Rule};
pub(crate) use slots::{Step, walk};
pub(crate) use table::{CROSSES, NO_SLOT, tag_text};
