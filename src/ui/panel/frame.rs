//! Where the panels stand: markup that never changes, with slots for what does.

use super::editor::TEXT;
use super::lanes::SURFACE;
use super::palette::SHEET;
use super::transport::SLIDERS;

/// The pieces of the frame, in the order of the page.
const FRAME: [&str; 11] = [
    concat!(
        "<header class=\"top\"></header><div class=\"notices\"><div></div><div></div></div><main>",
        "<section class=\"panel topology\" aria-label=\"Topology\"><header></header><div class=\"canvas\"></div></section>",
        "<section class=\"panel side\" tabindex=\"0\" aria-label=\"Selected edge and scenario\"><div class=\"inspector\" aria-live=\"polite\"></div>",
        "<div class=\"figures\"></div><div class=\"about\"></div></section>",
        "<section class=\"panel lanes\" aria-label=\"Lanes\"><header></header>",
    ),
    SURFACE,
    "</section><section class=\"panel request\" aria-label=\"Request\"><header></header><div class=\"told\"></div>",
    "</section><section class=\"panel insights\" aria-label=\"Insights and percentiles\"></section><section class=\"panel services\" aria-label=\"What workers did\"></section>",
    "<section class=\"panel editor\" aria-label=\"Scenario text\"><header></header><div role=\"status\"></div><div class=\"source\">",
    TEXT,
    "</div></section></main><div class=\"dock\"><section class=\"transport\" aria-label=\"Transport\"><div class=\"tools\"></div>",
    SLIDERS,
    "<div class=\"steps\"></div></section><section class=\"numbers\" aria-label=\"Numbers of the whole run\"></section></div>",
    "<dialog class=\"sheet\"></dialog>",
    SHEET,
];

/// The frame.
pub fn frame() -> String {
    FRAME.concat()
}
