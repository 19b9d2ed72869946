//! Which bytes of a block mean something: one bit each.

/// Bytes marked at a time: one per bit of a word.
pub(super) const BLOCK: usize = 64;

/// One bit per byte of the block that is a separator or a control character. Plain comparisons
/// over an array become vector instructions; the products gather eight flags into one byte.
#[inline]
pub(super) fn mark(block: &[u8; BLOCK], marks: &[u8; 5]) -> u64 {
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let [a, b, c, d, e] = *marks;
    let mut flags = [0u8; BLOCK];
    for (flag, &byte) in flags.iter_mut().zip(block) {
        let separates = (byte == a) | (byte == b) | (byte == c) | (byte == d) | (byte == e);
        *flag = u8::from(separates | (byte < 0x20) | (byte == 0x7F));
    }
    let mut mask = 0;
    for (index, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56;
        mask |= gathered << (8 * index);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, mark};

    #[test]
    fn marked_bytes() {
        for byte in 0..=u8::MAX {
            let mut block = [b'0'; BLOCK];
            for at in [0, 15, 16, 37, 63] {
                block[at] = byte;
            }
            let means = byte < 0x20 || byte == 0x7F || b":+?'*".contains(&byte);
            let expected = if means { 1 | 1 << 15 | 1 << 16 | 1 << 37 | 1 << 63 } else { 0 };
            assert_eq!(mark(&block, b":+?*'"), expected, "{byte:#x}");
        }
    }
}
