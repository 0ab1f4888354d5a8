//! The other side of the Web Worker border: a session that carries out orders in slices.
//!
//! Law: answers every order or says why not; never works longer than a slice without listening.

#[cfg(all(target_arch = "wasm32", feature = "browser"))]
pub mod serve;
pub mod session;
