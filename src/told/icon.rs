//! Signs on buttons, drawn, since not every font has them.

/// A sign of sixteen by sixteen that says nothing to who cannot see it: the button's label does.
macro_rules! sign {
    ($path:literal) => {
        concat!(
            "<svg class=\"icon\" viewBox=\"0 0 16 16\" width=\"16\" height=\"16\" aria-hidden=\"true\"><path fill=\"currentColor\" d=\"",
            $path,
            "\"/></svg>"
        )
    };
}

pub const PLAY: &str = sign!("M4 2.5v11l9.5-5.5z");
pub const PAUSE: &str = sign!("M4 3h3v10H4zM9 3h3v10H9z");
pub const START: &str = sign!("M3 3h2v10H3zM13 3v10L6 8z");
pub const END: &str = sign!("M11 3h2v10h-2zM3 3v10l7-5z");
pub const NEXT: &str = sign!("M3 3.5v9L9 8zM10 3.5h2v9h-2z");
pub const BEFORE: &str = sign!("M13 3.5v9L7 8zM4 3.5h2v9H4z");
pub const UNDO: &str = sign!("M6 2 2.5 5.5 6 9V6.5h3.5a2.7 2.7 0 0 1 0 5.5H6v2h3.500a4.700 4.700 0 0 0 0-9.500H6z");
pub const REDO: &str =
    sign!("M10 2l3.500 3.500L10 9V6.500H6.500a2.700 2.700 0 0 0 0 5.500H10v2H6.500a4.700 4.700 0 0 1 0-9.500H10z");
pub const CLOSER: &str = sign!("M7 3h2v4h4v2H9v4H7V9H3V7h4z");
pub const FARTHER: &str = sign!("M3 7h10v2H3z");
pub const PIN: &str = sign!("M4 3h8v1.500H4zM8 6l3.500 3.500-1 1L8.700 8.700V13H7.300V8.700L5.500 10.500l-1-1z");
pub const SEEK: &str = sign!(
    "M7 2a5 5 0 1 0 2.900 9.100L13 14.200l1.200-1.200-3.100-3.100A5 5 0 0 0 7 2zm0 1.600a3.400 3.400 0 1 1 0 6.800 3.400 3.400 0 0 1 0-6.800z"
);
