//! The menu by which a picture is saved.

use super::html::Html;

/// For the picture of this name.
pub fn menu(picture: &str, name: &str) -> Html {
    let mut html = Html::new();
    html.fill(
        "<details class=\"menu\"><summary data-key=\"save {}\">Save<span class=\"unseen\"> {}</span></summary><div>",
        &[picture, name],
    );
    for (kind, label) in [("svg", "As SVG"), ("png", "As PNG")] {
        html.fill(
            "<button type=\"button\" data-act=\"save\" data-on=\"{} {}\">{}</button>",
            &[picture, kind, label],
        );
    }
    let hint =
        "<p class=\"quiet\">Dropped on this page, the picture opens as the scenario that it shows.</p></div></details>";
    html.fill(hint, &[]);
    html
}
