//! The reader: a plain WebAssembly module beside the page, behind a border of one message (`border`).
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
mod border {
    use sync_or_swim::reader;

    sync_or_swim::border!(reader::ready, reader::answer);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("this reads texts for the page: `cargo xtask serve` builds and serves it");
}
