//! Any file is an import or problems, in each format; the first byte chooses it, and 0 leaves it to the content.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_or_swim::import::{self, Format};

const FORMATS: [Option<Format>; 9] = [
    None,
    Some(Format::Isotope),
    Some(Format::Compose),
    Some(Format::Mermaid),
    Some(Format::Otlp),
    Some(Format::Jaeger),
    Some(Format::Zipkin),
    Some(Format::Dependencies),
    Some(Format::Lqn),
];

fuzz_target!(|bytes: &[u8]| {
    if let Some((first, rest)) = bytes.split_first() {
        let _ = import::read(rest, FORMATS[*first as usize % FORMATS.len()]);
    }
});
