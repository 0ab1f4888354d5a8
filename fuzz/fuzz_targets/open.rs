//! Any file opens as a scenario's text, or is told not to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_or_swim::share::open;

fuzz_target!(|bytes: &[u8]| {
    let _ = open::open(bytes);
});
