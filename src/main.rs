//! Mounts the page.

#[cfg(all(target_arch = "wasm32", feature = "page"))]
fn main() {
    sync_or_swim::ui::mount();
}

#[cfg(not(all(target_arch = "wasm32", feature = "page")))]
fn main() {
    println!("this is the page: `cargo xtask serve` builds and serves it");
}
