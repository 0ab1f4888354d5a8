//! Trace and viewport to shapes: pure geometry, hit targets included.
//!
//! Law: same input → same shapes; hit-testing uses the shapes that were drawn.
