//! The panels of the page, from top to bottom: state in, markup out.

pub mod doings;
pub mod editor;
pub mod frame;
pub mod groups;
pub mod head;
pub mod lanes;
pub mod live;
pub mod mesh;
pub mod notice;
pub mod palette;
pub mod pointer;
pub mod request;
pub mod transport;
