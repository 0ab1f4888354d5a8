//! The panels of the page, from top to bottom: state in, markup out.

pub mod doings;
pub mod editor;
pub mod frame;
pub mod groups;
pub mod header;
pub mod help;
pub mod inspector;
pub mod lanes;
pub mod notice;
pub mod numbers;
pub mod pointer;
pub mod save;
pub mod services;
pub mod topology;
pub mod transport;
