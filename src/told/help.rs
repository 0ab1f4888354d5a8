//! The sheet of keyboard shortcuts.

use super::html::Html;

/// Keys and what they do, in the order of the sheet.
const SHORTCUTS: [(&str, &str); 23] = [
    ("Space", "play or pause"),
    (". or →", "step to the next event"),
    (", or ←", "step to the event before"),
    ("B, < and >", "mark this instant; to the mark before, to the next one"),
    ("Home, End", "to the start, to the end"),
    ("[ and ]", "slower, faster"),
    ("F", "let the lanes follow the play head"),
    ("G", "fork the run here: flips count from this instant on"),
    ("V", "compare: the lanes before the last change above those of now"),
    ("W S, A D", "in the lanes: closer, farther; left, right"),
    ("0", "in the lanes: see all of the selected request, or of the run"),
    ("C, P", "in the lanes: fold the service of the selected span, pin it"),
    ("Arrow keys", "in the lanes: from span to span; its request lights up"),
    ("Esc", "let go of the request; in this sheet: close"),
    ("Enter", "on an edge: flip it"),
    ("M", "on an edge: choose among all modes"),
    ("R, C", "on a node: name it anew, connect it"),
    ("Delete", "on an edge or a node: delete it"),
    ("Ctrl Z", "undo"),
    ("Ctrl Shift Z", "redo"),
    ("Tab", "to the next control; the text editor does not keep it"),
    ("Ctrl K", "all commands by their names"),
    ("?", "this sheet"),
];

/// The sheet.
pub fn help() -> Html {
    let mut html = Html::new();
    html.fill("<h2>Keyboard shortcuts</h2><table><tbody>", &[]);
    for (keys, what) in SHORTCUTS {
        html.fill(
            "<tr><th scope=\"row\"><kbd>{}</kbd></th><td>{}</td></tr>",
            &[keys, what],
        );
    }
    let close = "</tbody></table><button type=\"button\" class=\"primary\" data-act=\"close\">Close</button>";
    html.fill(close, &[]);
    html
}
