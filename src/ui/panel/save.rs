//! The menu by which a picture is saved.

macro_rules! menu {
    ($view:literal, $name:literal) => {
        concat!(
            "<details class=\"menu\"><summary data-key=\"save ",
            $view,
            "\">Save<span class=\"unseen\"> ",
            $name,
            "</span></summary><div><button type=\"button\" data-act=\"save\" data-on=\"",
            $view,
            " svg\">As SVG</button><button type=\"button\" data-act=\"save\" data-on=\"",
            $view,
            " png\">As PNG</button><p class=\"quiet\">Dropped on this page, the picture opens as the scenario that it shows.</p></div></details>"
        )
    };
}

/// The menu of the topology, and that of the lanes.
pub const TOPOLOGY: &str = menu!("topology", "the topology");
pub const LANES: &str = menu!("lanes", "the lanes");
