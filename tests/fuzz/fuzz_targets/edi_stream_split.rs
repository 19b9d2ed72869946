//! See `acquit_tests::targets::edi_stream_split`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acquit_tests::targets::edi_stream_split(bytes));
