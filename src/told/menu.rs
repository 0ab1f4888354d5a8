//! The menu by which a picture is saved, and what is on it for other programs.

use super::html::Html;

/// How what is recorded leaves for other programs: what the button says, and its label.
pub const TRACES: [(&str, &str); 5] = [
    ("trace perfetto", "Open in Perfetto"),
    ("trace chrome", "Trace for Chrome, Perfetto, Speedscope"),
    ("trace otlp", "Trace as OTLP"),
    ("trace jaeger", "Trace for Jaeger"),
    ("trace zipkin", "Trace for Zipkin"),
];

/// How one request leaves for other programs.
pub const DIAGRAMS: [(&str, &str); 1] = [("trace mermaid", "Sequence for Mermaid")];

/// For the picture of this name, and for other programs.
pub fn menu(picture: &str, name: &str, others: &[(&str, &str)]) -> Html {
    let mut html = Html::new();
    html.fill(
        "<details class=\"menu\"><summary data-key=\"save {}\">Save<span class=\"unseen\"> {}</span></summary><div>",
        &[picture, name],
    );
    let pictures = [("svg", "As SVG"), ("png", "As PNG")].map(|(kind, label)| ([picture, " ", kind].concat(), label));
    let pictures = pictures.iter().map(|(what, label)| (&**what, *label));
    for (what, label) in pictures.chain(others.iter().copied()) {
        html.fill(
            "<button type=\"button\" data-act=\"save\" data-on=\"{}\">{}</button>",
            &[what, label],
        );
    }
    let hint =
        "<p class=\"quiet\">Dropped on this page, the picture opens as the scenario that it shows.</p></div></details>";
    html.fill(hint, &[]);
    html
}
