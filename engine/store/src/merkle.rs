//! The root hash of a list (RFC 6962, section 2.1): a leaf is SHA-256 of 0x00 and its data, a
//! node SHA-256 of 0x01 and its two children.

use sha2::{Digest, Sha256};

/// A tree that grows to the right and keeps only the roots of its complete subtrees.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    /// Height and root of each complete subtree, larger ones first.
    complete: Vec<(u32, [u8; 32])>,
}

impl Tree {
    /// Adds a leaf.
    pub(crate) fn push(&mut self, data: &[u8]) {
        let (mut height, mut root) = (0, hash(0, &[data]));
        while self.complete.last().is_some_and(|(other, _)| *other == height) {
            let (_, left) = self.complete.pop().expect("there is a last one");
            root = hash(1, &[&left, &root]);
            height += 1;
        }
        self.complete.push((height, root));
    }

    /// The root; that of no leaves is the hash of nothing.
    pub(crate) fn root(&self) -> [u8; 32] {
        let mut rest = self.complete.iter().rev().map(|(_, root)| *root);
        let Some(last) = rest.next() else {
            return Sha256::digest([]).into();
        };
        rest.fold(last, |right, left| hash(1, &[&left, &right]))
    }
}

fn hash(prefix: u8, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([prefix]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cursor::to_hex;

    fn check(leaves: &[&[u8]], expected: &str) {
        let mut tree = Tree::default();
        leaves.iter().for_each(|leaf| tree.push(leaf));
        assert_eq!(to_hex(&tree.root()), expected);
    }

    /// The roots the definition gives, computed by its own recursion.
    fn defined(leaves: &[&[u8]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => hash(0, &[one]),
            many => {
                let half = many.len().next_power_of_two() / 2;
                hash(1, &[&defined(&many[..half]), &defined(&many[half..])])
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_definition() {
        let data: Vec<Vec<u8>> = (0u8..40).map(|byte| vec![byte; 7]).collect();
        let leaves: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
        for count in 0..leaves.len() {
            check(&leaves[..count], &to_hex(&defined(&leaves[..count])));
        }
    }

    #[test]
    fn published_values() {
        check(&[], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        check(&[b""], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }
}
