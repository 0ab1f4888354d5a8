//! The other side of the Web Worker border: a session that carries out orders in slices.
//!
//! Law: answers every order or says why not; never works longer than a slice without listening.

pub mod session;
