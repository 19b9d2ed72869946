//! TLS as a server for `localhost`, with a certificate nobody knows.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// A certificate for `localhost` until 2126, signed with the Ed25519 key of thirty-two sevens.
const CERTIFICATE: &str = "\
    MIIBUjCCAQSgAwIBAgIUaV7PK/bBIn3uSYcYAP/jveUBKeAwBQYDK2VwMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDAg\
    Fw0yNjExMjMyMTQ4MjFaGA8yMTI2MTAzMDIxNDgyMVowFDESMBAGA1UEAwwJbG9jYWxob3N0MCowBQYDK2VwAyEA\
    6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iyjZjBkMB0GA1UdDgQWBBRMXs5AI6A0HuKs/8xNFxVKhU8C\
    5TAfBgNVHSMEGDAWgBRMXs5AI6A0HuKs/8xNFxVKhU8C5TAUBgNVHREEDTALgglsb2NhbGhvc3QwDAYDVR0TAQH/\
    BAIwADAFBgMrZXADQQDNjWo+Ii6wWjiViOoSACPo62azv96q857KHFAtTLqJUndSRnXu30AGaqPncURDr9gka5pu\
    umNEyDJBq/9yNIYL";
/// What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410, section 7).
const KEY_HEAD: [u8; 16] = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

/// What takes TLS connections, and the certificate it shows.
pub(crate) fn acceptor() -> (TlsAcceptor, Vec<u8>) {
    let bytes = STANDARD.decode(CERTIFICATE).expect("base64");
    let certificate = CertificateDer::from(bytes.clone());
    let key = PrivatePkcs8KeyDer::from([KEY_HEAD.as_slice(), &[7; 32]].concat());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::from(key))
        .expect("a certificate with its key");
    (TlsAcceptor::from(Arc::new(config)), bytes)
}
