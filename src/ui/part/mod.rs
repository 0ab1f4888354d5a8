//! Small pieces of the page that know nothing of each other.

pub mod canvas;
pub mod figure;
pub mod frame;
pub mod icon;
pub mod markdown;
pub mod portion;
pub mod tile;
