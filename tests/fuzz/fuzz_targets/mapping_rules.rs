//! See `acquit_tests::targets::mapping_rules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acquit_tests::targets::mapping_rules(bytes));
