//! Small pieces of the page that know nothing of each other.

pub mod bar;
pub mod canvas;
pub mod chart;
pub mod dom;
pub mod figure;
pub mod icon;
pub mod markdown;

pub use crate::share::html;
