//! See `acquit_tests::targets::edi_tokens`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acquit_tests::targets::edi_tokens(bytes));
