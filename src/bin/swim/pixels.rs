//! The pixels of an SVG.
//!
//! ```text
//! SVG ─usvg─▶ tree, letters of DejaVu Sans ─resvg─▶ pixels ─▶ PNG
//! ```
//!
//! Law: the letters come with the program, so that a picture looks the same on every machine, fonts or none.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

/// Pixels of a PNG per pixel of the picture, as in the playground.
const FINE: f32 = 2.0;
/// More pixels than this are no picture that anybody opens.
const MOST_PIXELS: f32 = 200e6;

/// The PNG of an SVG, or why there is none.
pub fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut options = Options::default();
    let fonts = options.fontdb_mut();
    for font in [dejavu::sans::regular(), dejavu::sans::bold()] {
        fonts.load_font_data(font.to_vec());
    }
    fonts.set_sans_serif_family("DejaVu Sans");
    let tree = Tree::from_str(svg, &options).map_err(|why| format!("the picture cannot be made into pixels: {why}"))?;
    let [width, height] = [tree.size().width(), tree.size().height()].map(|length| (length * FINE).ceil());
    let pixels = Some([width, height]).filter(|[width, height]| width * height <= MOST_PIXELS);
    let pixels = pixels.and_then(|[width, height]| Pixmap::new(width as u32, height as u32));
    let mut pixels = pixels.ok_or_else(|| {
        format!(
            "a picture of {width} × {height} pixels is too large for PNG; SVG holds it, or ask for a smaller --width"
        )
    })?;
    resvg::render(&tree, Transform::from_scale(FINE, FINE), &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|why| format!("the picture cannot be written as PNG: {why}"))
}
