//! Which addresses belong to the public internet.
//!
//! What this module is *not*: it resolves no name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 blocks that are not public: first address and length of the prefix.
/// Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890), and multicast (RFC 5771).
const SPECIAL_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),       // this network
    ([10, 0, 0, 0], 8),      // private
    ([100, 64, 0, 0], 10),   // shared by a carrier
    ([127, 0, 0, 0], 8),     // loopback
    ([169, 254, 0, 0], 16),  // link-local, and the metadata of clouds
    ([172, 16, 0, 0], 12),   // private
    ([192, 0, 0, 0], 24),    // protocol assignments
    ([192, 0, 2, 0], 24),    // documentation
    ([192, 31, 196, 0], 24), // AS112
    ([192, 52, 193, 0], 24), // AMT
    ([192, 88, 99, 0], 24),  // 6to4 relays
    ([192, 168, 0, 0], 16),  // private
    ([192, 175, 48, 0], 24), // AS112
    ([198, 18, 0, 0], 15),   // benchmarks
    ([198, 51, 100, 0], 24), // documentation
    ([203, 0, 113, 0], 24),  // documentation
    ([224, 0, 0, 0], 4),     // multicast
    ([240, 0, 0, 0], 4),     // reserved, and broadcast
];

/// The only IPv6 block that is public (RFC 4291, section 2.4), and what is not public in it.
/// Mapped, translated (NAT64), unique local and link-local addresses are all outside of it.
/// Source: IANA IPv6 Special-Purpose Address Registry.
const GLOBAL_V6: ([u16; 3], u32) = ([0x2000, 0, 0], 3);
const SPECIAL_V6: &[([u16; 3], u32)] = &[
    ([0x2001, 0, 0], 23),         // protocol assignments, Teredo among them
    ([0x2001, 0xdb8, 0], 32),     // documentation
    ([0x2002, 0, 0], 16),         // 6to4: carries an IPv4 address
    ([0x2620, 0x4f, 0x8000], 48), // AS112
    ([0x3fff, 0, 0], 20),         // documentation
];

/// Whether an address can be somebody's on the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let within = |(block, length): &([u8; 4], u32)| {
                let block = u32::from(Ipv4Addr::from(*block));
                u32::from(address).checked_shr(32 - length) == block.checked_shr(32 - length)
            };
            !SPECIAL_V4.iter().any(within)
        }
        IpAddr::V6(address) => {
            let within = |(block, length): &([u16; 3], u32)| {
                let [a, b, c] = *block;
                let block = u128::from(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0));
                u128::from(address).checked_shr(128 - length) == block.checked_shr(128 - length)
            };
            within(&GLOBAL_V6) && !SPECIAL_V6.iter().any(within)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(public: bool, addresses: &str) {
        for text in addresses.split_whitespace() {
            let address = text.parse().expect("an address");
            assert_eq!(is_public(address), public, "{text}");
        }
    }

    #[test]
    fn addresses() {
        check(true, "1.1.1.1 8.8.8.8 41.77.112.10 196.200.131.1 100.63.255.255 100.128.0.0");
        check(true, "11.0.0.0 126.255.255.255 172.15.255.255 172.32.0.0 223.255.255.255");
        check(true, "2606:4700::1111 2a00:1450:4007:80e::200e 2001:4860:4860::8888");
        check(false, "0.0.0.0 0.1.2.3 10.0.0.5 100.64.0.1 127.0.0.1 127.255.255.255");
        check(false, "169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 192.0.0.170");
        check(false, "192.0.2.1 198.18.0.1 198.19.255.255 203.0.113.9 224.0.0.1 255.255.255.255");
        check(false, ":: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 fc00::1 fd00:ec2::254");
        check(false, "fe80::1 fec0::1 ff02::1 64:ff9b::7f00:1 64:ff9b:1::1 100::1 5f00::1");
        check(false, "2001::1 2001:db8::1 2002:7f00:1::1 3fff::1 2620:4f:8000::1");
    }
}
