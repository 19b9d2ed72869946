//! See `acquit_tests::targets::xml_inv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acquit_tests::targets::xml_inv(bytes));
