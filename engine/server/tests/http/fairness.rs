//! What one party has at work is limited, and is no other party's business.

use crate::harness::SERVER;
use acquit_domain::Role;
use std::io::Write;
use std::net::TcpStream;

const LOUD: (&str, Role) = ("ANP", Role::Issuer);
const QUIET: (&str, Role) = ("6110D00116", Role::Issuer);

/// The largest body there may be, in bytes.
const LARGEST: usize = 48 << 20;

#[test]
fn one_party_s_bytes_leave_room_for_others() {
    let head = |party: (&'static str, Role), length: usize| {
        let key = SERVER.key(party.0, party.1);
        format!(
            "POST /v1/inbox HTTP/1.1\r\nHost: x\r\nContent-Type: application/edifact\r\n\
             Connection: close\r\nAuthorization: Bearer {key}\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut first = TcpStream::connect(SERVER.address).unwrap();
    first.write_all(head(LOUD, LARGEST).as_bytes()).unwrap();
    // The first head may not have been read yet: each look is a request of its own.
    let refused = (0..1000).find_map(|_| {
        let answer = SERVER.raw(head(LOUD, LARGEST).as_bytes());
        answer.starts_with("HTTP/1.1 429").then_some(answer)
    });
    let refused = refused.expect("the second body is one too many").to_ascii_lowercase();
    assert!(refused.contains("retry-after: 1") && refused.contains("#lim-party"), "{refused}");
    let metrics = SERVER.call("GET /metrics", "", "", b"").body;
    assert!(!metrics.contains("acquit_parcels_limited_total 0\n"), "{metrics}");

    // Another party, and a small parcel of the same one, notice nothing.
    for party in [QUIET, LOUD] {
        let answer = SERVER.send(party, "Content-Type: application/edifact\r\n", b"UNB+?");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}
