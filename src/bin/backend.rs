//! The Web Worker: listens for orders and carries them out.

#[cfg(all(target_arch = "wasm32", feature = "browser"))]
fn main() {
    if let Err(why) = sync_or_swim::backend::serve::serve() {
        wasm_bindgen::throw_val(why);
    }
}

#[cfg(not(all(target_arch = "wasm32", feature = "browser")))]
fn main() {
    println!("this is the browser's half of the program: `cargo xtask serve` builds and serves it");
}
