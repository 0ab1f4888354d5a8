//! Any text is a scenario or problems.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_or_swim::scenario::text;

fuzz_target!(|text: &str| {
    let _ = text::parse(text);
});
