//! The importer: a plain WebAssembly module that the page loads when somebody brings a foreign file, behind a border of one
//! message (`border`).
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
mod border {
    use sync_or_swim::import;

    sync_or_swim::border!(import::ready, import::answer);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("this reads foreign files for the page: `cargo xtask serve` builds and serves it");
}
