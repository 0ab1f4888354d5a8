//! Paints shapes on a canvas: areas as pixels in one go, then lines and words.
//!
//! Law: knows roles and shapes, nothing of what they stand for. Neighbours of one role are one stroke.

use crate::picture::raster::Raster;
use crate::picture::shape::{Align, Mark, Picture, Point, Shape, barb};
use crate::picture::theme::Role;
use js_sys::Array;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// The head of an arrow, in pixels: how long, and half its width.
const BARB: (f64, f64) = (6.0, 2.6);
const FONT: &str = "11px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/// A surface with what it takes to paint on it in one light.
pub struct Painter {
    context: CanvasRenderingContext2d,
    dark: bool,
    /// Device pixels per CSS pixel.
    ratio: f64,
    raster: Raster,
    /// The dashes of lines: none, and those of who does not wait.
    dashes: [Array; 2],
}

impl Painter {
    /// A painter on a canvas; none where the browser gives no context.
    pub fn new(canvas: &HtmlCanvasElement, dark: bool, ratio: f64) -> Option<Painter> {
        Some(Painter {
            context: canvas.get_context("2d").ok()??.dyn_into().ok()?,
            dark,
            ratio,
            raster: Raster::new(dark, ratio),
            dashes: [Array::new(), Array::of2(&5.into(), &3.into())],
        })
    }

    /// Whether it still paints in this light and resolution.
    pub fn fits(&self, dark: bool, ratio: f64) -> bool {
        self.dark == dark && self.ratio == ratio
    }

    /// Replaces what is on the surface.
    pub fn paint(&mut self, picture: &Picture) {
        let areas = self.raster.draw(picture);
        let (width, height) = (self.raster.width as u32, self.raster.height as u32);
        let Some(canvas) = self.context.canvas() else { return };
        if canvas.width() != width || canvas.height() != height {
            canvas.set_width(width);
            canvas.set_height(height);
            super::dom::set_length(&canvas, "height", picture.height);
            super::dom::set_length(&canvas, "width", picture.width);
        }
        let bytes = Clamped(self.raster.pixels.as_flattened());
        if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(bytes, width, height) {
            // It fails only on a context that is lost; then nothing can be painted anyway.
            let _ = self.context.put_image_data(&image, 0.0, 0.0);
        }
        self.reset();
        let mut rest = &picture.marks[areas..];
        while let Some(first) = rest.first() {
            let alike = |mark: &&Mark| mark.role == first.role && is_stroke(&mark.shape) == is_stroke(&first.shape);
            let (run, later) = rest.split_at(rest.iter().take_while(alike).count());
            self.take_up(first.role);
            match is_stroke(&first.shape) {
                true => self.stroke(run),
                false => run.iter().for_each(|mark| self.draw(&mark.shape)),
            }
            rest = later;
        }
    }

    fn reset(&self) {
        let _ = self.context.set_transform(self.ratio, 0.0, 0.0, self.ratio, 0.0, 0.0);
        self.context.set_font(FONT);
        self.context.set_text_baseline("middle");
    }

    /// Colour, dashes and width for what comes next.
    fn take_up(&self, role: Role) {
        let color = role.color(self.dark);
        self.context.set_fill_style_str(color);
        self.context.set_stroke_style_str(color);
        let width = match role {
            Role::Focus | Role::Failure => 2.0,
            Role::WaitingCall | Role::FreeCall => 1.3,
            _ => 1.0,
        };
        self.context.set_line_width(width);
        let _ = self.context.set_line_dash(&self.dashes[usize::from(role.is_dashed())]);
    }

    fn draw(&self, shape: &Shape) {
        match shape {
            Shape::Rect { x, y, width, height } => self.context.fill_rect(*x, *y, *width, *height),
            Shape::Frame { x, y, width, height } => self.context.stroke_rect(*x, *y, *width, *height),
            Shape::Text { at, align, text } => {
                self.context.set_text_align(match align {
                    Align::Start => "left",
                    Align::Middle => "center",
                    Align::End => "right",
                });
                let _ = self.context.fill_text(text, at.0, at.1);
            }
            _ => {}
        }
    }

    /// Lines and arrows as one path, their heads as another.
    fn stroke(&self, marks: &[Mark]) {
        let lines = || marks.iter().filter_map(|mark| ends(&mark.shape));
        self.context.begin_path();
        // Upright and level lines lie on the middle of pixels, where they are sharp.
        let sharp = |a: f64, b: f64| if a == b { a.floor() + 0.5 } else { a };
        for (from, to, _) in lines() {
            self.context.move_to(sharp(from.0, to.0), sharp(from.1, to.1));
            self.context.line_to(sharp(to.0, from.0), sharp(to.1, from.1));
        }
        self.context.stroke();
        self.context.begin_path();
        for [tip, left, right] in lines().filter_map(|(from, to, is_arrow)| barb(from, to, BARB).filter(|_| is_arrow)) {
            self.context.move_to(tip.0, tip.1);
            self.context.line_to(left.0, left.1);
            self.context.line_to(right.0, right.1);
        }
        self.context.fill();
    }
}

fn is_stroke(shape: &Shape) -> bool {
    ends(shape).is_some()
}

/// The ends of a line, and whether it has a head.
fn ends(shape: &Shape) -> Option<(Point, Point, bool)> {
    match shape {
        Shape::Line { from, to } => Some((*from, *to, false)),
        Shape::Arrow { from, to } => Some((*from, *to, true)),
        _ => None,
    }
}
