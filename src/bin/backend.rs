//! The Web Worker: listens for orders and carries them out.

fn main() {}
