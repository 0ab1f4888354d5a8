//! The sheet of keyboard shortcuts.

use leptos::html;
use leptos::prelude::*;

/// Keys and what they do, in the order of the sheet.
const SHORTCUTS: [(&str, &str); 14] = [
    ("Space", "play or pause"),
    (". or →", "step to the next event"),
    (", or ←", "step to the event before"),
    ("Home, End", "to the start, to the end"),
    ("[ and ]", "slower, faster"),
    ("F", "let the lanes follow the play head"),
    ("W S, A D", "in the lanes: closer, farther; left, right"),
    ("Arrow keys", "in the lanes: from span to span"),
    ("Enter", "on an edge: flip it"),
    ("M", "on an edge: choose among all modes"),
    ("Ctrl Z, Ctrl Shift Z", "undo, redo"),
    ("Tab", "to the next control; the text editor does not keep it"),
    ("?", "this sheet"),
    ("Esc", "close"),
];

/// The sheet.
#[component]
pub fn Help(
    /// The dialog, to be opened from elsewhere.
    dialog: NodeRef<html::Dialog>,
) -> impl IntoView {
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let rows: Vec<AnyView> = SHORTCUTS
        .iter()
        .map(|(keys, what)| view! { <tr><th scope="row"><kbd>{*keys}</kbd></th><td>{*what}</td></tr> }.into_any())
        .collect();
    view! {
        <dialog class="help" aria-label="Keyboard shortcuts" node_ref=dialog>
            <h2>"Keyboard shortcuts"</h2>
            <table><tbody>{rows}</tbody></table>
            <button type="button" class="primary" on:click=close>"Close"</button>
        </dialog>
    }
    .into_any()
}
