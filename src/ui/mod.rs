//! The page: the only place that knows Leptos and the DOM.
//!
//! Law: never simulates; never stores what can be derived; no global state.
