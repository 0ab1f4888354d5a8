//! The menu by which a picture is saved, and what is on it for other programs.

use super::html::Html;

/// How what is recorded leaves for other programs: what the button says, and its label. The first opens a page of another host.
pub const TRACES: [(&str, &str); 5] = [
    ("trace perfetto", "Open in Perfetto"),
    ("trace chrome", "As Chrome trace"),
    ("trace otlp", "As OTLP"),
    ("trace jaeger", "For Jaeger"),
    ("trace zipkin", "For Zipkin"),
];

/// How one request leaves for other programs.
pub const DIAGRAMS: [(&str, &str); 1] = [("trace mermaid", "As Mermaid")];

const ENTRY: &str = "<button type=\"button\" data-act=\"save\" data-on=\"{}\">{}</button>";

/// For the picture of this name, and for other programs.
pub fn menu(picture: &str, name: &str, others: &[(&str, &str)]) -> Html {
    let mut html = Html::new();
    html.fill(
        "<details class=\"menu\"><summary data-key=\"save {}\">Save<span class=\"unseen\"> {}</span></summary><div>",
        &[picture, name],
    );
    for (kind, label) in [("svg", "As SVG"), ("png", "As PNG")] {
        let what = [picture, " ", kind].concat();
        html.fill(ENTRY, &[&what, label]);
    }
    html.fill(
        "<p class=\"quiet\">Dropped on this page, the picture opens as the scenario that it shows.</p>",
        &[],
    );
    if !others.is_empty() {
        html.fill("<p class=\"quiet\">What is recorded, for other programs:</p>", &[]);
    }
    for (what, label) in others {
        html.fill(ENTRY, &[what, label]);
    }
    html.fill("</div></details>", &[]);
    html
}
