//! A headline figure, and what it was before the last change.

use super::figure::{Change, Wish, change};
use leptos::prelude::*;

/// A figure now and before.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    pub label: &'static str,
    /// The figure as text.
    pub now: String,
    /// The figure before the last change as text; none where there was none.
    pub before: Option<String>,
    pub change: Option<Change>,
}

impl Headline {
    /// A headline of `now`, compared with `before`, both printed by `print`.
    pub fn new(
        label: &'static str,
        now: Option<f64>,
        before: Option<f64>,
        wish: Wish,
        print: fn(Option<f64>) -> String,
    ) -> Headline {
        Headline {
            label,
            now: print(now),
            before: before.map(|before| print(Some(before))),
            change: now.zip(before).map(|(now, before)| change(before, now, wish)),
        }
    }
}

/// A tile with one headline figure.
#[component]
pub fn Tile(
    /// What it shows.
    headline: Headline,
    /// By what tests find it.
    mark: &'static str,
) -> impl IntoView {
    let Headline {
        label,
        now,
        before,
        change,
    } = headline;
    let was = before.map(|before| {
        let Change { arrow, amount, word } = change.unwrap_or(Change {
            arrow: "",
            amount: String::new(),
            word: "same",
        });
        view! {
            <dd class="was">
                <span class="quiet">"was "</span>
                {before}
                <span class=format!("turn {word}")>
                    <span aria-hidden="true">{arrow}</span>
                    {amount}
                    <span class="unseen">{word}</span>
                </span>
            </dd>
        }
    });
    view! {
        <div class="tile" data-test=mark>
            <dt>{label}</dt>
            <dd class="now">{now}</dd>
            {was}
        </div>
    }
    .into_any()
}
