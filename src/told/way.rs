//! The ways from one request that is worth a look to the next.
//!
//! ```text
//! slowest ── slower request ◀── pinned ──▶ slowest ──▶ the next slowest
//! ```
//!
//! Law: whoever is not on a way begins it at its first request.

use crate::metrics::ranking::{Notable, Ranking, Story};

/// What buttons say that lead to a request: the act, the label.
pub const WAYS: [(&str, &str); 5] = [
    ("slower request", "Slower"),
    ("slowest", "Slowest"),
    ("failed before", "Failed before"),
    ("failed", "Failed"),
    ("random", "Random"),
];

/// `3 of the 40 slowest`, or how to begin.
pub fn place(ranking: &Ranking, pinned: Option<Story>) -> String {
    let Some(story) = pinned else {
        return "click a span or an arrow in the lanes, or take the slowest".to_string();
    };
    let told = |list: &[Notable], what: &str| {
        let place = list.iter().position(|notable| notable.story() == story)? + 1;
        Some(place.to_string() + " of the " + &list.len().to_string() + what)
    };
    let places = [
        told(&ranking.slowest, " slowest"),
        told(&ranking.failed, " that failed first"),
    ];
    places.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Where a way leads from the pinned request; a throw of the dice where it leads anywhere.
pub fn next(ranking: &Ranking, way: &str, pinned: Option<Story>, dice: u32) -> Option<Notable> {
    let (list, back) = match way {
        "slowest" => (&ranking.slowest, false),
        "slower request" => (&ranking.slowest, true),
        "failed" => (&ranking.failed, false),
        "failed before" => (&ranking.failed, true),
        _ => {
            let any = dice as usize % ranking.spread.len().max(1);
            return ranking.spread.get(any).copied();
        }
    };
    let here = pinned.and_then(|story| list.iter().position(|notable| notable.story() == story));
    let place = match (here, back) {
        (Some(here), false) => here + 1,
        (Some(here), true) => here.checked_sub(1)?,
        (None, false) => 0,
        (None, true) => return None,
    };
    list.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::ClientId;

    #[test]
    fn a_way_goes_on_from_where_one_is() {
        let list = |from: u64| -> Vec<Notable> {
            let one = |number| Notable {
                client: ClientId(0),
                number,
                ..Notable::default()
            };
            (from..from + 3).map(one).collect()
        };
        let ranking = Ranking {
            slowest: list(0),
            failed: list(10),
            spread: list(20),
        };
        let go = |way: &str, at: Option<u64>| {
            let story = at.map(|number| (ClientId(0), number, Default::default()));
            next(&ranking, way, story, 4).map(|notable| notable.number)
        };
        for (way, at, expected) in [
            ("slowest", None, Some(0)),
            ("slowest", Some(0), Some(1)),
            ("slowest", Some(2), None),
            ("slower request", Some(1), Some(0)),
            ("slower request", Some(0), None),
            ("slower request", None, None),
            ("failed", Some(1), Some(10)),
            ("failed before", Some(11), Some(10)),
            ("random", Some(0), Some(21)),
        ] {
            assert_eq!(go(way, at), expected, "{way} from {at:?}");
        }
        assert_eq!(
            place(&ranking, Some((ClientId(0), 11, Default::default()))),
            "2 of the 3 that failed first"
        );
        assert_eq!(next(&Ranking::default(), "random", None, 4), None);
    }
}
