//! Closed forms that check the engine and are shown beside it, each with its source.
//!
//! ```text
//! open    ─▶ M/M/1, M/M/c (Erlang C) · M/M/c/K (Erlang B) · M/G/1, M/D/1 · Jackson's networks · a chain with room
//! closed  ─▶ users who think, stations with one or many workers: product form
//! any     ─▶ what a scenario asks for and what it has: where that is not enough, for certain
//! up      ─▶ chains of parts that are up for a share of the time
//! ```
//!
//! Law: derived only; the engine never reads them. Rates are per a unit of time of the caller's choice, and times come
//! out in that unit. What has no steady state has no answer: constructors yield `None`.

pub mod availability;
mod chain;
mod closed;
mod demand;
mod flow;
mod general;
mod jackson;
mod limited;
mod markov;
mod stability;

pub use chain::Chain;
pub use closed::{Closed, Station, Steady};
pub use general::General;
pub use jackson::{Jackson, Node};
pub use limited::Limited;
pub use markov::{Markov, erlang_b, erlang_c};
pub use stability::{Overload, Resource, overloads};

/// Where a decreasing tail `beyond(t)` falls to `share`, by bisection to the last bit that matters.
fn where_tail_is(share: f64, scale: f64, beyond: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, scale);
    while beyond(high) > share {
        (low, high) = (high, 2.0 * high);
    }
    while high - low > 1e-12 * high {
        let middle = (low + high) / 2.0;
        if beyond(middle) > share {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}
