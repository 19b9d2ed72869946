//! See `acquit_tests::targets::edi_validate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acquit_tests::targets::edi_validate(bytes));
