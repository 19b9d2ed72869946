//! Algorithms that are spoken, under the names each of the three standards gives them.
//!
//! What it is *not*: MD5, RC2 and DES are not spoken, whatever a partner asks for.

use openssl::hash::MessageDigest;

/// Algorithms of digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Digest {
    /// SHA-1: of old partners, when agreed.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// Digest, the name of RFC 5751 and of the agreement, and the identifier in CMS.
const DIGESTS: &[(Digest, &str, &[u8])] = &[
    (Digest::Sha1, "sha-1", &[0x2b, 14, 3, 2, 26]),
    (Digest::Sha256, "sha-256", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1]),
    (Digest::Sha384, "sha-384", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2]),
    (Digest::Sha512, "sha-512", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3]),
];

impl Digest {
    /// The digest of a name, with its hyphen (RFC 5751, section 3.4.3.2) or without (RFC 4130),
    /// also as part of the name of a signature (`rsa-sha256`).
    #[must_use]
    pub fn of(name: &str) -> Option<Digest> {
        let plain = name.trim().to_ascii_lowercase().replace(['-', '_'], "");
        let plain = plain.strip_prefix("rsa").unwrap_or(&plain);
        let found = DIGESTS.iter().find(|(_, known, _)| known.replace('-', "") == plain);
        found.map(|(digest, _, _)| *digest)
    }

    /// The digest of an object identifier.
    pub(super) fn of_object(identifier: &[u8]) -> Option<Digest> {
        let found = DIGESTS.iter().find(|(_, _, known)| *known == identifier);
        found.map(|(digest, _, _)| *digest)
    }

    /// The name that is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        DIGESTS.iter().find(|(digest, _, _)| *digest == self).map_or("", |(_, name, _)| name)
    }

    pub(super) fn object(self) -> &'static [u8] {
        DIGESTS.iter().find(|(digest, _, _)| *digest == self).map_or(&[], |(_, _, object)| object)
    }

    pub(super) fn openssl(self) -> MessageDigest {
        match self {
            Digest::Sha1 => MessageDigest::sha1(),
            Digest::Sha256 => MessageDigest::sha256(),
            Digest::Sha384 => MessageDigest::sha384(),
            Digest::Sha512 => MessageDigest::sha512(),
        }
    }

    /// The digest of some bytes.
    #[must_use]
    pub fn over(self, bytes: &[u8]) -> Vec<u8> {
        let digest = openssl::hash::hash(self.openssl(), bytes);
        digest.expect("every digest listed is one of OpenSSL").to_vec()
    }
}

/// Algorithms content is encrypted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cipher {
    /// Triple DES: of old partners, when agreed, and never written.
    TripleDes,
    /// AES with 128 bits.
    Aes128,
    /// AES with 192 bits.
    Aes192,
    /// AES with 256 bits.
    Aes256,
}

/// Cipher, its name in agreements, and the identifier in CMS (RFC 3565, RFC 3370).
const CIPHERS: &[(Cipher, &str, &[u8])] = &[
    (Cipher::TripleDes, "3des", &[0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 3, 7]),
    (Cipher::Aes128, "aes128-cbc", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2]),
    (Cipher::Aes192, "aes192-cbc", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 22]),
    (Cipher::Aes256, "aes256-cbc", &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42]),
];

impl Cipher {
    /// The cipher of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Cipher> {
        CIPHERS.iter().find(|(_, known, _)| *known == name).map(|(cipher, _, _)| *cipher)
    }

    /// The cipher of an object identifier.
    pub(super) fn of_object(identifier: &[u8]) -> Option<Cipher> {
        let found = CIPHERS.iter().find(|(_, _, known)| *known == identifier);
        found.map(|(cipher, _, _)| *cipher)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        CIPHERS.iter().find(|(cipher, _, _)| *cipher == self).map_or("", |(_, name, _)| name)
    }

    pub(super) fn openssl(self) -> openssl::symm::Cipher {
        match self {
            Cipher::TripleDes => openssl::symm::Cipher::des_ede3_cbc(),
            Cipher::Aes128 => openssl::symm::Cipher::aes_128_cbc(),
            Cipher::Aes192 => openssl::symm::Cipher::aes_192_cbc(),
            Cipher::Aes256 => openssl::symm::Cipher::aes_256_cbc(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_digests() {
        let check = |name: &str, expected: Option<Digest>| {
            assert_eq!(Digest::of(name), expected, "{name}");
        };
        check("sha1", Some(Digest::Sha1));
        check("SHA-1", Some(Digest::Sha1));
        check("sha256", Some(Digest::Sha256));
        check("rsa-sha384", Some(Digest::Sha384));
        check(" sha-512 ", Some(Digest::Sha512));
        check("md5", None);
        check("sha-224", None);
        check("", None);
    }
}
