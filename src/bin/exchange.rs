//! The exchange: a plain WebAssembly module that the page loads when somebody brings a foreign file or takes a run to
//! another program, behind a border of one message (`border`).
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
mod border {
    use sync_or_swim::exchange;

    sync_or_swim::border!(exchange::ready, exchange::answer);
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("this reads and writes foreign formats for the page: `cargo xtask serve` builds and serves it");
}
