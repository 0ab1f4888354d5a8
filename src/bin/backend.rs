//! The Web Worker: listens for orders and carries them out.

#[cfg(target_arch = "wasm32")]
fn main() -> Result<(), wasm_bindgen::JsValue> {
    sync_or_swim::backend::serve::serve()
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("this is the browser's half of the program: `cargo xtask serve` builds and serves it");
}
