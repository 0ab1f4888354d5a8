//! Any hash leads somewhere or is refused, and what it leads to is read in bounded time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_or_swim::scenario::text;
use sync_or_swim::share::link;

fuzz_target!(|hash: &str| {
    if let Ok(found) = link::follow(hash)
        && let Some(opened) = found.text
    {
        let _ = text::parse(&opened);
    }
});
