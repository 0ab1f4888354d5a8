//! Closed forms that check the engine and are shown beside it, each with its source.
//!
//! Law: derived only; the engine never reads them.
