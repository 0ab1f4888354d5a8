//! Any file is an import or problems, in each format; the first byte chooses it, or leaves it to the content.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_or_swim::import::{self, Format};

fuzz_target!(|bytes: &[u8]| {
    if let Some((first, rest)) = bytes.split_first() {
        let all = Format::all().map(Some).chain([None]);
        let _ = import::read(rest, all.cycle().nth(*first as usize).flatten());
    }
});
