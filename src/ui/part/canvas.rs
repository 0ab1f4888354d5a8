//! Paints shapes on a canvas.
//!
//! Law: knows roles and shapes, nothing of what they stand for.

use crate::picture::shape::{Align, Picture, Point, Shape};
use crate::picture::theme::{Pattern, Role};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasPattern, CanvasRenderingContext2d, HtmlCanvasElement};

/// The side of a pattern's tile, in pixels.
const TILE: f64 = 8.0;
const FONT: &str = "11px system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
/// The head of an arrow, in pixels.
const BARB: (f64, f64) = (6.0, 2.6);

/// A surface with what it takes to paint on it in one light.
pub struct Painter {
    context: CanvasRenderingContext2d,
    dark: bool,
    /// Device pixels per CSS pixel.
    ratio: f64,
    /// In the order of [`Role::ALL`].
    patterns: Vec<Option<CanvasPattern>>,
}

impl Painter {
    /// A painter on a canvas; none where the browser gives no context.
    pub fn new(canvas: &HtmlCanvasElement, dark: bool, ratio: f64) -> Option<Painter> {
        let context = context_of(canvas)?;
        let mut patterns = Vec::new();
        for role in Role::ALL {
            patterns.push(tile(role, dark, ratio));
        }
        Some(Painter {
            context,
            dark,
            ratio,
            patterns,
        })
    }

    /// Whether it still paints in this light and resolution.
    pub fn fits(&self, dark: bool, ratio: f64) -> bool {
        self.dark == dark && self.ratio == ratio
    }

    /// Replaces what is on the surface.
    pub fn paint(&self, picture: &Picture) {
        let Some(canvas) = self.context.canvas() else { return };
        let size = |css: f64| (css * self.ratio).round().max(1.0) as u32;
        if canvas.width() != size(picture.width) || canvas.height() != size(picture.height) {
            canvas.set_width(size(picture.width));
            canvas.set_height(size(picture.height));
            let height = (picture.height.round() as u32).to_string() + "px";
            // It fails only for a name that is none.
            let _ = canvas.style().set_property("height", &height);
        }
        self.reset();
        self.context.set_fill_style_str(Role::Ground.color(self.dark));
        self.context.fill_rect(0.0, 0.0, picture.width, picture.height);
        let mut last = None;
        for mark in &picture.marks {
            if last != Some(mark.role) {
                self.take_up(mark.role);
                last = Some(mark.role);
            }
            self.draw(&mark.shape, mark.role);
        }
    }

    fn reset(&self) {
        // It fails only on a context that is lost; then nothing can be painted anyway.
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
        let dashes = js_sys::Array::new();
        if role.is_dashed() {
            dashes.push(&JsValue::from_f64(5.0));
            dashes.push(&JsValue::from_f64(3.0));
        }
        let _ = self.context.set_line_dash(&dashes);
    }

    fn draw(&self, shape: &Shape, role: Role) {
        match shape {
            Shape::Rect { x, y, width, height } => self.fill(role, *x, *y, *width, *height),
            Shape::Frame { x, y, width, height } => self.context.stroke_rect(*x, *y, *width, *height),
            Shape::Line { from, to } => self.line(*from, *to),
            Shape::Arrow { from, to } | Shape::Open { from, to } => {
                self.line(*from, *to);
                self.barb(*from, *to);
            }
            Shape::Area(points) => {
                self.trace(points);
                self.context.fill();
            }
            Shape::Text { at, align, text } => {
                self.context.set_text_align(match align {
                    Align::Start => "left",
                    Align::Middle => "center",
                    Align::End => "right",
                });
                let _ = self.context.fill_text(text, at.0, at.1);
            }
        }
    }

    fn fill(&self, role: Role, x: f64, y: f64, width: f64, height: f64) {
        self.context.fill_rect(x, y, width, height);
        if let Some(Some(pattern)) = self.patterns.get(role as usize) {
            self.context.set_fill_style_canvas_pattern(pattern);
            self.context.fill_rect(x, y, width, height);
            self.context.set_fill_style_str(role.color(self.dark));
        }
    }

    /// A line; upright and level ones on the middle of pixels, where they are sharp.
    fn line(&self, from: Point, to: Point) {
        let sharp = |a: f64, b: f64| if a == b { a.floor() + 0.5 } else { a };
        self.context.begin_path();
        self.context.move_to(sharp(from.0, to.0), sharp(from.1, to.1));
        self.context.line_to(sharp(to.0, from.0), sharp(to.1, from.1));
        self.context.stroke();
    }

    fn barb(&self, from: Point, to: Point) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt();
        if length < BARB.0 {
            return;
        }
        let (ux, uy) = (dx / length, dy / length);
        let (x, y) = (to.0 - ux * BARB.0, to.1 - uy * BARB.0);
        let (nx, ny) = (-uy * BARB.1, ux * BARB.1);
        self.trace(&[to, (x + nx, y + ny), (x - nx, y - ny)]);
        self.context.fill();
    }

    fn trace(&self, points: &[Point]) {
        self.context.begin_path();
        for (index, (x, y)) in points.iter().enumerate() {
            match index {
                0 => self.context.move_to(*x, *y),
                _ => self.context.line_to(*x, *y),
            }
        }
        self.context.close_path();
    }
}

fn context_of(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// The tile of a role's pattern, transparent but for its lines or dots; none for plain roles.
fn tile(role: Role, dark: bool, ratio: f64) -> Option<CanvasPattern> {
    let pattern = role.pattern(dark);
    let (Pattern::Hatch(color) | Pattern::Dots(color) | Pattern::Bars(color)) = pattern else {
        return None;
    };
    let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    // Patterns are laid in CSS pixels, since the context is scaled.
    let side = TILE as u32;
    canvas.set_width(side);
    canvas.set_height(side);
    let context = context_of(&canvas)?;
    context.set_stroke_style_str(color);
    context.set_fill_style_str(color);
    context.set_line_width(if ratio > 1.0 { 1.8 } else { 2.0 });
    if pattern == Pattern::Dots(color) {
        for (x, y) in [(1.0, 1.0), (5.0, 5.0)] {
            context.fill_rect(x, y, 2.0, 2.0);
        }
    } else {
        for shift in [-TILE, 0.0, TILE] {
            context.begin_path();
            context.move_to(shift - 1.0, TILE + 1.0);
            context.line_to(shift + TILE + 1.0, -1.0);
            context.stroke();
        }
    }
    context
        .create_pattern_with_html_canvas_element(&canvas, "repeat")
        .ok()?
}
