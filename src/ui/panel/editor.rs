//! The scenario as text, with line numbers and what is wrong with it.

use crate::scenario::problem::Problem;
use crate::ui::desk::Desk;
use crate::ui::part::html::Html;

/// Where the text is typed; it stays while everything around it changes.
pub const TEXT: &str = concat!(
    "<div class=\"gutter\" aria-hidden=\"true\"></div>",
    "<textarea aria-label=\"Scenario as JSON\" data-field=\"text\" spellcheck=\"false\" autocomplete=\"off\" autocapitalize=\"off\" wrap=\"off\"></textarea>",
);

/// The name of the panel and the ways back.
pub fn head(desk: &Desk) -> Html {
    let mut html = Html::new();
    html.leaf("h2", &[], "Scenario").open("div", &[("class", "tools")]);
    let buttons = [
        ("undo", "Undo", desk.can_undo()),
        ("redo", "Redo", desk.can_redo()),
        ("reset", "Reset", !desk.is_original()),
    ];
    for (act, name, enabled) in buttons {
        let key = "editor ".to_string() + act;
        let disabled = if enabled { "" } else { "disabled" };
        let button = [
            ("type", "button"),
            ("data-act", act),
            ("data-key", &key),
            (disabled, ""),
        ];
        html.leaf("button", &button, name);
    }
    html.close("div");
    html
}

/// What is wrong with the text; a click leads to the place.
pub fn problems(problems: &[Problem]) -> Html {
    let mut html = Html::new();
    if problems.is_empty() {
        return html;
    }
    let many = if problems.len() == 1 { " problem" } else { " problems" };
    let note = problems.len().to_string() + many + "; the last good scenario goes on";
    html.leaf("p", &[("class", "warning")], &note)
        .open("ul", &[("class", "problems"), ("data-test", "problems")]);
    for problem in problems {
        let (line, column) = (problem.line.to_string(), problem.column.to_string());
        let place = line.clone() + ":" + &column;
        html.open("li", &[]).open(
            "button",
            &[("type", "button"), ("data-act", "problem"), ("data-on", &place)],
        );
        let words = "line ".to_string() + &line + ", column " + &column;
        html.leaf("span", &[("class", "place")], &words);
        for words in [&problem.path, &problem.message, &problem.fix]
            .into_iter()
            .filter(|words| !words.is_empty())
        {
            html.text(" · ").text(words);
        }
        html.close("button").close("li");
    }
    html.close("ul");
    html
}

/// The numbers of the lines.
pub fn line_numbers(text: &str) -> Html {
    let mut numbers = String::new();
    for line in 1..=text.split('\n').count() {
        numbers.push_str(&line.to_string());
        numbers.push('\n');
    }
    let mut html = Html::new();
    html.text(&numbers);
    html
}
