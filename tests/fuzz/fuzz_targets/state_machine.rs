//! See `acquit_tests::targets::state_machine`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acquit_tests::targets::state_machine(bytes));
