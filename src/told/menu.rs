//! The menus by which something is saved: a picture, what is recorded, the report.

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

/// How the report leaves; the response times of a client leave by its name.
const REPORT: [(&str, &str); 2] = [("report json", "Report as JSON"), ("report csv", "Report as CSV")];

const END: &str = "</div></details>";
const ENTRY: &str = "<button type=\"button\" data-act=\"save\" data-on=\"{}\">{}</button>";

/// For the picture of this name, and for other programs.
pub fn menu(picture: &str, name: &str, others: &[(&str, &str)]) -> Html {
    let mut html = open(picture, name);
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
    list(&mut html, others);
    html.fill(END, &[]);
    html
}

/// For the report of a finished run of these clients.
pub fn report<'a>(clients: impl Iterator<Item = &'a String>) -> Html {
    let mut html = open("report", "the report");
    list(&mut html, &REPORT);
    for client in clients {
        html.fill(
            "<button type=\"button\" data-act=\"save\" data-on=\"report hgrm {}\">Responses of {} (.hgrm)</button>",
            &[client, client],
        );
    }
    html.fill(END, &[]);
    html
}

fn open(key: &str, name: &str) -> Html {
    let mut html = Html::new();
    html.fill(
        "<details class=\"menu\"><summary data-key=\"save {}\">Save<span class=\"unseen\"> {}</span></summary><div>",
        &[key, name],
    );
    html
}

fn list(html: &mut Html, entries: &[(&str, &str)]) {
    for (what, label) in entries {
        html.fill(ENTRY, &[what, label]);
    }
}
