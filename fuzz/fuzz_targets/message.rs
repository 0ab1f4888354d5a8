//! Any message of a host page is acts, an error, or none of ours, whatever the embed's hash.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_or_swim::protocol::Heard;
use sync_or_swim::share::embed::host;

fuzz_target!(|both: (String, String)| {
    let (text, hash) = both;
    let _ = host::hear(&Heard { text, hash });
});
