//! Signs on buttons, drawn, since not every font has them.

use leptos::prelude::*;

/// A sign of sixteen by sixteen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    Play,
    Pause,
    Start,
    End,
    Next,
    Before,
    Undo,
    Redo,
    Closer,
    Farther,
}

impl Sign {
    /// The filled outline, or for the thin ones the stroke.
    fn path(self) -> &'static str {
        match self {
            Sign::Play => "M4 2.5v11l9.5-5.5z",
            Sign::Pause => "M4 3h3v10H4zM9 3h3v10H9z",
            Sign::Start => "M3 3h2v10H3zM13 3v10L6 8z",
            Sign::End => "M11 3h2v10h-2zM3 3v10l7-5z",
            Sign::Next => "M3 3.5v9L9 8zM10 3.5h2v9h-2z",
            Sign::Before => "M13 3.5v9L7 8zM4 3.5h2v9H4z",
            Sign::Undo => "M6 2 2.5 5.5 6 9V6.5h3.5a2.7 2.7 0 0 1 0 5.5H6v2h3.5a4.7 4.7 0 0 0 0-9.5H6z",
            Sign::Redo => {
                "M10 2l3.500 3.500L10 9V6.500H6.500a2.700 2.700 0 0 0 0 5.500H10v2H6.500a4.700 4.700 0 0 1 0-9.500H10z"
            }
            Sign::Closer => "M7 3h2v4h4v2H9v4H7V9H3V7h4z",
            Sign::Farther => "M3 7h10v2H3z",
        }
    }
}

/// A sign as a picture that says nothing to who cannot see it: the button's label does.
#[component]
pub fn Icon(
    /// Which one; it may change.
    #[prop(into)]
    sign: Signal<Sign>,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=move || sign.get().path() fill="currentColor" />
        </svg>
    }
    .into_any()
}
