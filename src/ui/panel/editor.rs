//! The scenario as text, with line numbers and what is wrong with it.

use crate::scenario::problem::{Problem, Severity};
use crate::told::html::Html;

/// Where the text is typed; it stays while everything around it changes.
pub const TEXT: &str = concat!(
    "<div class=\"gutter\" aria-hidden=\"true\"></div>",
    "<textarea aria-label=\"Scenario as JSON or YAML\" data-field=\"text\" spellcheck=\"false\" autocomplete=\"off\" autocapitalize=\"off\" wrap=\"off\"></textarea><input type=\"file\" hidden>",
);

/// What is wrong with the text; a click leads to the place.
pub fn problems(problems: &[Problem]) -> Html {
    let mut html = Html::new();
    if problems.is_empty() {
        return html;
    }
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let (count, noun, then) = match errors {
        0 => (problems.len(), " warning", ""),
        errors => (errors, " problem", "; the last good scenario goes on"),
    };
    let many = if count == 1 { "" } else { "s" };
    html.fill(
        "<p class=\"warning\">{}{}{}{}</p><ul class=\"problems\" data-test=\"problems\">",
        &[&count.to_string(), noun, many, then],
    );
    for problem in problems {
        let (line, column) = (problem.line.to_string(), problem.column.to_string());
        html.fill(
            "<li><button type=\"button\" data-act=\"problem\" data-on=\"{}:{}\"><span class=\"place\">line {}, column {}</span>",
            &[&line, &column, &line, &column],
        );
        if problem.severity == Severity::Warning {
            html.fill(" · warning", &[]);
        }
        for words in [&problem.path, &problem.message, &problem.fix]
            .into_iter()
            .filter(|words| !words.is_empty())
        {
            html.fill(" · {}", &[words]);
        }
        html.fill("</button></li>", &[]);
    }
    html.fill("</ul>", &[]);
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
    html.fill("{}", &[&numbers]);
    html
}
