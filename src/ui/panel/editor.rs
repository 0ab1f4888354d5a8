//! The scenario as text, with line numbers.

use crate::told::html::Html;

/// Where the text is typed; it stays while everything around it changes.
pub const TEXT: &str = concat!(
    "<div class=\"gutter\" aria-hidden=\"true\"></div>",
    "<textarea aria-label=\"Scenario as JSON or YAML\" data-field=\"text\" spellcheck=\"false\" autocomplete=\"off\" autocapitalize=\"off\" wrap=\"off\"></textarea><input type=\"file\" hidden>",
);

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
