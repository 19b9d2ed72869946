//! What a caller may set: the limits, and what the channel knows about the bytes.

/// Deepest nesting of elements; the root is at depth 1.
pub const DEPTH_MAX: usize = 64;
/// Most attributes on one element, namespace declarations not counted.
pub const ATTRIBUTES_MAX: usize = 64;
/// Most namespace declarations on one element.
pub const NAMESPACES_MAX: usize = 32;
/// Most namespace declarations in scope at once; bounds the time one name takes to resolve.
pub const NAMESPACES_IN_SCOPE_MAX: usize = 256;
/// Most elements, attributes and namespace declarations in one document.
pub const NODES_MAX: usize = 500_000;
/// Longest text of one element or attribute, in bytes of UTF-8; a document attached in base64
/// must fit.
pub const TEXT_MAX: usize = 24 * 1024 * 1024;
/// Longest comment, in bytes of UTF-8.
pub const COMMENT_MAX: usize = 1024 * 1024;
/// Longest name of an element or attribute, prefix included, in bytes of UTF-8.
pub const NAME_MAX: usize = 256;
/// Most documents in one input.
pub const DOCUMENTS_MAX: usize = 1_000;
/// Longest input, in bytes. Keeps every offset, even after decoding, within 32 bits.
pub const INPUT_MAX: usize = 256 * 1024 * 1024;
/// Most faults kept that do not end the reading; those after are dropped.
pub const FAULTS_MAX: usize = 200;

/// Deepest nesting whatever the limits say: trees are copied and written by recursion.
pub(super) const DEPTH_CEILING: usize = 512;
/// Longest name the compact node can hold; a greater limit is cut to it.
pub(super) const NAME_CEILING: usize = u16::MAX as usize;

/// The limits of one reading. Reading stops at the first one passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`DEPTH_MAX`]; a value above 512 is cut to it.
    pub depth: usize,
    /// See [`ATTRIBUTES_MAX`].
    pub attributes: usize,
    /// See [`NAMESPACES_MAX`].
    pub namespaces: usize,
    /// See [`NAMESPACES_IN_SCOPE_MAX`].
    pub namespaces_in_scope: usize,
    /// See [`NODES_MAX`].
    pub nodes: usize,
    /// See [`TEXT_MAX`].
    pub text: usize,
    /// See [`COMMENT_MAX`].
    pub comment: usize,
    /// See [`NAME_MAX`].
    pub name: usize,
    /// See [`DOCUMENTS_MAX`].
    pub documents: usize,
    /// See [`INPUT_MAX`]; a greater value is cut to it.
    pub input: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: DEPTH_MAX,
            attributes: ATTRIBUTES_MAX,
            namespaces: NAMESPACES_MAX,
            namespaces_in_scope: NAMESPACES_IN_SCOPE_MAX,
            nodes: NODES_MAX,
            text: TEXT_MAX,
            comment: COMMENT_MAX,
            name: NAME_MAX,
            documents: DOCUMENTS_MAX,
            input: INPUT_MAX,
        }
    }
}

/// How to read one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options<'o> {
    /// The limits.
    pub limits: Limits,
    /// Whether the input may hold several whole documents one after another, as a file a sender
    /// appends to does. When not, a second root is [`Kind::Trailing`](super::Kind::Trailing).
    pub several_documents: bool,
    /// The `charset` the channel announced (RFC 7303, section 3), without quotes. It must agree
    /// with the document's own declaration, and stands for it where there is none.
    pub charset_hint: Option<&'o str>,
}
