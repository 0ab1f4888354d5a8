//! What leaves the program: pictures as files.
//!
//! ```text
//! Picture ─figure▶ markup      one request ─told▶ figures, a picture or a story ─▶ the page, a file
//! ```
//!
//! Law: a picture that is shared says what the screen says, and needs nothing but itself.

pub mod figure;
pub mod html;
pub mod told;
