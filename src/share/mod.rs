//! What leaves the program: pictures as files.
//!
//! ```text
//! Picture ─svg▶ markup ─▶ the page, a file
//! ```
//!
//! Law: a picture that is shared says what the screen says, and needs nothing but itself.

pub mod html;
pub mod svg;
