//! Areas as pixels of a device: rectangles and columns, crisp at any resolution, each pixel written in turn.
//!
//! ```text
//! Rect 10.3 … 24.6 CSS px × ratio 2 ─▶ device pixels 21 … 49, all of one colour: an edge lies between two pixels
//! ```
//!
//! Law: the cost depends on the pixels that are covered, not on how many areas there are to a pixel.

use super::density::Cell;
use super::scale::between;
use super::shape::{Mark, Picture, Shape};
use super::theme::{Pattern, Role};

/// The side of a pattern's tile, in CSS pixels.
const TILE: f64 = 8.0;
/// The width of a slanted line, in CSS pixels.
const LINE: f64 = 2.2;

/// Red, green, blue, and how opaque.
pub type Pixel = [u8; 4];

/// A grid of device pixels.
pub struct Raster {
    /// Device pixels per CSS pixel.
    ratio: f64,
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Pixel>,
    /// The side of a tile in device pixels.
    side: usize,
    /// A tile for each role, in the order of [`Role::ALL`].
    tiles: Vec<Vec<Pixel>>,
}

impl Raster {
    /// An empty raster in this light.
    pub fn new(dark: bool, ratio: f64) -> Raster {
        let side = ((TILE * ratio).round() as usize).max(1);
        Raster {
            ratio,
            width: 0,
            height: 0,
            pixels: Vec::new(),
            side,
            tiles: Role::ALL.iter().map(|role| tile(*role, dark, side, ratio)).collect(),
        }
    }

    /// Draws the areas with which a picture begins, up to the first mark of another kind or through which one sees; yields
    /// how many marks that are.
    pub fn draw(&mut self, picture: &Picture) -> usize {
        (self.width, self.height) = (self.device(picture.width).max(1), self.device(picture.height).max(1));
        self.pixels.resize(self.width * self.height, [0; 4]);
        self.fill(Role::Ground, (0, 0), (self.width, self.height));
        let is_opaque = |role: Role| self.tiles[role as usize].iter().all(|pixel| pixel[3] == 255);
        let opaque = Role::ALL.map(is_opaque);
        let is_area = |mark: &&Mark| opaque[mark.role as usize] && is_area(&mark.shape);
        let areas = picture.marks.iter().take_while(is_area);
        areas
            .map(|mark| self.draw_shape(&mark.shape, mark.role, &picture.cells))
            .count()
    }

    fn draw_shape(&mut self, shape: &Shape, role: Role, cells: &[Cell]) {
        match shape {
            Shape::Rect { x, y, width, height } => {
                let (from, to) = (
                    (self.device(*x), self.device(*y)),
                    (self.device(x + width), self.device(y + height)),
                );
                // What is there at all is seen.
                self.fill(role, from, (to.0.max(from.0 + 1), to.1.max(from.1 + 1)));
            }
            Shape::Line { from, to } => {
                let (left, top, thick) = (
                    self.device(from.0.floor()),
                    self.device(from.1),
                    self.device(1.0).max(1),
                );
                let bottom = self.device(to.1);
                self.fill(role, (left, top), (left + thick, bottom));
            }
            Shape::Columns {
                x,
                y,
                step,
                height,
                first,
                count,
            } => {
                for (index, cell) in cells[*first..first + count].iter().enumerate() {
                    let left = x + index as f64 * step;
                    self.draw_cell(role, (left, left + step), (*y, y + height), cell);
                }
            }
            _ => {}
        }
    }

    fn draw_cell(&mut self, role: Role, (left, right): (f64, f64), (top, bottom): (f64, f64), cell: &Cell) {
        let (left, right) = (self.device(left), self.device(right).min(self.width));
        let (mut sum, mut low) = (0.0, self.device(bottom).min(self.height));
        for (role, part) in role.portions().into_iter().zip(cell) {
            sum += part;
            let high = self.device(bottom - sum * (bottom - top));
            if high >= low {
                continue;
            }
            // A column is narrower than it is high: pixel by pixel from above to below.
            let (tile, side) = (&self.tiles[role as usize], self.side);
            for x in left..right {
                for y in high..low {
                    let place = if tile.len() == 1 { 0 } else { y % side * side + x % side };
                    self.pixels[y * self.width + x] = tile[place];
                }
            }
            low = high;
        }
    }

    /// The device pixel at whose edge a place lies.
    fn device(&self, css: f64) -> usize {
        (css * self.ratio + 0.5).max(0.0) as usize
    }

    fn fill(&mut self, role: Role, (left, top): (usize, usize), (right, bottom): (usize, usize)) {
        let (right, bottom, side) = (right.min(self.width), bottom.min(self.height), self.side);
        let tile = &self.tiles[role as usize];
        for y in top..bottom {
            let row = &mut self.pixels[y * self.width..][left.min(right)..right];
            if tile.len() == 1 {
                row.fill(tile[0]);
                continue;
            }
            let line = &tile[y % side * side..][..side];
            let mut at = left % side;
            for pixel in row {
                *pixel = line[at];
                at = if at + 1 == side { 0 } else { at + 1 };
            }
        }
    }
}

/// Whether a raster draws it: rectangles, columns, upright lines.
fn is_area(shape: &Shape) -> bool {
    match shape {
        Shape::Rect { .. } | Shape::Columns { .. } => true,
        Shape::Line { from, to } => from.0 == to.0,
        _ => false,
    }
}

/// One pixel for a plain role, a square of them for one with a pattern.
fn tile(role: Role, dark: bool, side: usize, ratio: f64) -> Vec<Pixel> {
    let ground = pixel(role.color(dark));
    let (Pattern::Hatch(color) | Pattern::Dots(color)) = role.pattern(dark) else {
        return vec![ground];
    };
    let is_hatch = role.pattern(dark) == Pattern::Hatch(color);
    let covered = |x: usize, y: usize| {
        if is_hatch {
            // How far the middle of the pixel lies from the middle of the slanted line through the tile.
            let across = ((x + y + 1) % side).abs_diff(side / 2) as f64 * std::f64::consts::FRAC_1_SQRT_2;
            between(LINE * ratio / 2.0 - across + 0.5, 0.0, 1.0)
        } else {
            let dot = |at: usize| (at * 4 / side).is_multiple_of(2);
            let same_half = (x * 2 / side) == (y * 2 / side);
            f64::from(u8::from(dot(x) && dot(y) && same_half))
        }
    };
    let over = pixel(color);
    let places = (0..side * side).map(|place| covered(place % side, place / side));
    places
        .map(|part| [0, 1, 2, 3].map(|at| mix(ground[at], over[at], part)))
        .collect()
}

fn mix(under: u8, over: u8, part: f64) -> u8 {
    (f64::from(under) + (f64::from(over) - f64::from(under)) * part + 0.5) as u8
}

/// The colour that CSS writes as `#rrggbb` or `#rrggbbaa`.
fn pixel(color: &str) -> Pixel {
    let digit = |at: usize| {
        color
            .as_bytes()
            .get(at)
            .map(|byte| (*byte as char).to_digit(16).unwrap_or(0) as u8)
    };
    [1, 3, 5, 7].map(|at| match (digit(at), digit(at + 1)) {
        (Some(high), Some(low)) => high * 16 + low,
        _ => 255,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_lie_between_pixels_at_any_ratio() {
        for ratio in [1.0, 1.25, 1.5, 2.0, 3.0] {
            let mut picture = Picture {
                width: 20.0,
                height: 8.0,
                ..Picture::default()
            };
            let (x, y, width, height) = (3.3, 2.0, 9.9, 4.0);
            picture.draw(Role::Running, Shape::Rect { x, y, width, height });
            let mut raster = Raster::new(false, ratio);
            assert_eq!(raster.draw(&picture), 1);
            let (running, ground) = (pixel("#1f8a70"), pixel("#ffffff"));
            assert!(raster.pixels.iter().all(|pixel| *pixel == running || *pixel == ground));
            let covered = raster.pixels.iter().filter(|pixel| **pixel == running).count() as f64;
            let expected =
                ((13.2 * ratio).round() - (3.3 * ratio).round()) * ((6.0 * ratio).round() - (2.0 * ratio).round());
            assert_eq!(covered, expected, "at {ratio}");
        }
    }

    #[test]
    fn what_one_sees_through_is_left_to_the_canvas() {
        let mut picture = Picture::default();
        let (x, y, width, height) = (0.0, 0.0, 1.0, 1.0);
        for role in [Role::Running, Role::Blocked, Role::Veil, Role::Running] {
            picture.draw(role, Shape::Rect { x, y, width, height });
        }
        assert_eq!(Raster::new(false, 1.0).draw(&picture), 2);
    }

    #[test]
    fn a_pattern_goes_on_from_one_area_to_the_next() {
        let draw = |widths: &[f64]| {
            let mut picture = Picture {
                width: 40.0,
                height: 16.0,
                ..Picture::default()
            };
            let mut x = 0.0;
            for width in widths {
                let (y, width, height) = (0.0, *width, 16.0);
                picture.draw(Role::Blocked, Shape::Rect { x, y, width, height });
                x += width;
            }
            let mut raster = Raster::new(true, 2.0);
            raster.draw(&picture);
            raster.pixels
        };
        assert_eq!(draw(&[40.0]), draw(&[3.0, 30.0, 7.0]));
        let whole = draw(&[40.0]);
        assert!(whole.iter().any(|pixel| *pixel != whole[0]), "a hatch has two colours");
    }
}
