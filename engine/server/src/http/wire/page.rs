//! A page of a list.

use serde::Serialize;
use utoipa::ToSchema;

/// One page of a list, and how to get the next.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the order asked for.
    pub items: Vec<T>,
    /// Give it back as `after` to get the next page; null at the end.
    pub next: Option<String>,
    /// How many there are in all, counted up to a limit.
    pub total: Total,
}

/// How many items match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Total {
    /// The number.
    pub value: u64,
    /// Whether it is exact.
    pub relation: Relation,
}

/// What a total says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Exactly so many.
    Eq,
    /// At least so many.
    Gte,
}

impl<T> Page<T> {
    /// A page of the store with its items in their wire form.
    #[must_use]
    pub fn of<S>(page: acquit_store::Page<S>, item: impl Fn(&S) -> T) -> Page<T> {
        let relation = match page.total.relation {
            acquit_store::Relation::Exactly => Relation::Eq,
            acquit_store::Relation::AtLeast => Relation::Gte,
        };
        Page {
            items: page.items.iter().map(item).collect(),
            next: page.next,
            total: Total { value: u64::from(page.total.value), relation },
        }
    }

    /// A piece of a log or feed, of which only the positions are known: what is on it is counted,
    /// and when there is more the total is "at least".
    #[must_use]
    pub fn piece(items: Vec<T>, next: Option<i64>) -> Page<T> {
        let value = items.len() as u64;
        let relation = if next.is_some() { Relation::Gte } else { Relation::Eq };
        let next = next.map(|position| position.to_string());
        Page { items, next, total: Total { value, relation } }
    }

    /// A page of a list that is not counted: what is on it, "at least" when there is more.
    #[must_use]
    pub fn listed(items: Vec<T>, next: Option<String>) -> Page<T> {
        let value = items.len() as u64;
        let relation = if next.is_some() { Relation::Gte } else { Relation::Eq };
        Page { items, next, total: Total { value, relation } }
    }

    /// A whole list in one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Page<T> {
        let value = items.len() as u64;
        Page { items, next: None, total: Total { value, relation: Relation::Eq } }
    }
}
