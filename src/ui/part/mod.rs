//! Small pieces of the page that know nothing of each other.

pub mod canvas;
pub mod dom;
