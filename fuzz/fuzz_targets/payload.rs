//! Any bytes behind a link's form, packed as a link packs them: what is inside is a scenario, a change, or refused.
#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use miniz_oxide::deflate::compress_to_vec;
use sync_or_swim::share::link;

fuzz_target!(|bytes: &[u8]| {
    let packed = URL_SAFE_NO_PAD.encode(compress_to_vec(bytes, 1));
    let _ = link::follow(&["s=1.d.", &packed].concat());
    let _ = link::follow(&["ex=checkout&c=1.d.f8fc7f9b.", &packed].concat());
});
