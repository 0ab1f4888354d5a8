//! Which part of a run is worth recording for a view that moves on.
//!
//! ```text
//!        from            left ──view── right                          until
//!          ├── behind ─────┼──────────────┼────────── ahead ────────────┤
//! ```
//!
//! Law: the window changes only when the view comes near its end, or grows or shrinks by half; until the next
//! recording is here, the last one still covers the view.

/// Simulated nanoseconds, from inclusive, until exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: u64,
    pub until: u64,
}

/// The window for a view from `left` over `span` with the play head at `head`. `crowd` is how many rows a
/// nanosecond is known to take (0 if that is no limit), `budget` how many rows a recording may have.
pub fn wanted(left: f64, span: f64, head: f64, crowd: f64, budget: u32) -> Window {
    let affordable = match crowd {
        none if none <= 0.0 => f64::INFINITY,
        rows => f64::from(budget) / rows / 8.0,
    };
    let page = power_of_two_above(span).min(affordable).max(1000.0);
    // Where the view is wider than what can be recorded, the surroundings of the head matter.
    let base = if page < span { (head - page).max(0.0) } else { left };
    let stride = 4.0 * page;
    let index = (base / stride).floor();
    Window {
        from: (index * stride - page).max(0.0) as u64,
        until: ((index + 1.0) * stride + 3.0 * page) as u64,
    }
}

fn power_of_two_above(span: f64) -> f64 {
    let mut page = 1024.0;
    while page < span {
        page *= 2.0;
    }
    page
}
