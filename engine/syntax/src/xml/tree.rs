//! An element that owns everything in it: what is written.

use super::element::Element;

/// An element with its attributes, text and children, independent of any input.
///
/// Names are written as they are: whoever uses a prefix puts its `xmlns:` attribute on this
/// element or one around it. Text stands before the children.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// The name, prefix included.
    pub name: String,
    /// Names and values in the order written, namespace declarations included.
    pub attributes: Vec<(String, String)>,
    /// The text; blank text beside children is layout and not written.
    pub text: String,
    /// The child elements in order.
    pub children: Vec<Tree>,
}

impl Tree {
    /// An element with a name and nothing else.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// The same with a text.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// The same with one attribute more.
    #[must_use]
    pub fn with_attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// The same with one child more.
    #[must_use]
    pub fn with_child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// A copy of an element that was read: declarations first, then attributes.
    pub(super) fn copy(element: Element<'_>) -> Self {
        let declarations = element.declarations().map(|declaration| {
            let name = match declaration.prefix {
                Some(prefix) => format!("xmlns:{prefix}"),
                None => "xmlns".to_owned(),
            };
            (name, declaration.namespace.to_owned())
        });
        let attributes = element
            .attributes()
            .map(|found| (found.qualified_name().to_owned(), found.value().to_owned()));
        Self {
            name: element.qualified_name().to_owned(),
            attributes: declarations.chain(attributes).collect(),
            text: element.text().to_owned(),
            children: element.children().map(Self::copy).collect(),
        }
    }
}
