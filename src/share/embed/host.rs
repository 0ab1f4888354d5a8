//! The page inside of another one: what that asks for as acts of this page, and what it is told.
//!
//! ```text
//! hash ─▶ Followed        message ─▶ acts, or an error to tell        Station ─▶ ready, resize, toggled, state, error
//! ```
//!
//! Law: whatever the hash says, a page comes of it, and what is wrong is told.

use super::message::{FromHost, ToHost};
use super::parameter::{Wish, read};
use super::{Level, Source, Theme, View, Word, message};
use crate::metrics::Report;
use crate::metrics::wire::Sealed;
use crate::protocol::{Act, Followed, Heads, Heard, Known, News, Station};
use crate::scenario::problem::Problem;
use crate::share::link;
use crate::time::Instant;
use crate::told::head::Embed;

/// What comes of the hash of an embed; none where it is no embed's.
pub fn embed(hash: &str) -> Option<Followed> {
    let (wish, _) = read(hash)?;
    let (ex, s) = match &wish.source {
        Source::Example(name) => (Some(&**name), None),
        Source::Link(link) | Source::Text(link) => (None, Some(&**link)),
    };
    let (subject, refusal) = match link::subject(ex, wish.change.as_deref(), s) {
        Ok((entry, text)) => ((entry.id, text), String::new()),
        Err(problem) => ((link::FIRST, None), told(&problem)),
    };
    let mut acts = vec![act("light", wish.theme.word())];
    if !wish.plays {
        acts.push(act("rest", ""));
    }
    if let Some(at) = wish.at {
        acts.push(go(at));
    }
    if wish.view == View::Sequence {
        acts.push(act("tab", "sequence"));
    }
    let classes = ["embedded view-", wish.view.word(), " level-", wish.level.word()].concat();
    Some(Followed {
        entry: subject.0.to_string(),
        text: subject.1,
        seed: wish.seed,
        acts,
        refusal,
        embed: Some((classes, wish.host.unwrap_or_default())),
    })
}

fn act(name: &str, on: &str) -> Act {
    (name.to_string(), on.to_string())
}

fn go(at: Instant) -> Act {
    act("go", &at.0.to_string())
}

fn told(problem: &Problem) -> String {
    let path = if problem.path.is_empty() {
        String::new()
    } else {
        [&problem.path, ": "].concat()
    };
    [&path, &*problem.message, "; ", &problem.fix].concat()
}

fn error(message: String) -> String {
    ToHost::Error { message }.write()
}

/// What a message asks for, and what is told of it at once.
pub fn hear(heard: &Heard) -> (Vec<Act>, Vec<String>) {
    let wish = read(&heard.hash).map(|(wish, _)| wish).unwrap_or_default();
    match message::hear(&heard.text) {
        None => (Vec::new(), Vec::new()),
        Some(Ok(asked)) => match acts(&asked, &wish) {
            Ok(acts) => (acts, Vec::new()),
            Err(problem) => (Vec::new(), vec![error(told(&problem))]),
        },
        Some(Err(problem)) => (Vec::new(), vec![error(told(&problem))]),
    }
}

fn acts(asked: &FromHost, wish: &Wish) -> Result<Vec<Act>, Problem> {
    Ok(vec![match asked {
        FromHost::Load(Source::Example(name)) => act("open", link::entry(name)?.id),
        FromHost::Load(Source::Link(hash)) => {
            link::follow(hash)?;
            act("link", hash)
        }
        FromHost::Load(Source::Text(text)) => act("text", text),
        FromHost::Set { .. } if wish.level == Level::Picture => {
            let message = "set: nothing can be changed at level picture".to_string();
            return Err(Problem::of_all(message, "level=toggle or level=full"));
        }
        FromHost::Set { edge, mode } => act("mode", &[mode.word(), " ", edge].concat()),
        FromHost::Play => act("run", ""),
        FromHost::Pause => act("rest", ""),
        FromHost::Seek(at) => go(*at),
        FromHost::Theme(theme) => act("light", Theme::word(*theme)),
        FromHost::Sleep => act("sleep", ""),
        FromHost::Wake => act("wake", ""),
    }])
}

/// What there is to tell, in this order: that it listens, what was wrong, its height, new modes, how things are.
pub fn say(station: &Station) -> Vec<String> {
    let heads = &station.heads;
    let (wish, wrong) = read(&heads.embed).unwrap_or_default();
    let trouble = match &heads.news {
        Some(News::Refused(words)) if *words != station.trouble => Some(words),
        _ => None,
    };
    let title = title(&wish, station.now.as_ref().map_or("", |known| &known.0.name));
    let mut said = Vec::new();
    if !station.has_told {
        let is_example = matches!(wish.source, Source::Example(_)) && wish.change.is_none() && trouble.is_none();
        let ready = ToHost::Ready {
            title: title.clone(),
            level: wish.level,
            view: wish.view,
            example: is_example.then(|| heads.entry.clone()),
        };
        said.push(ready.write());
        said.extend(wrong.iter().map(|problem| error(told(problem))));
    }
    said.extend(trouble.map(|words| error(words.clone())));
    said.extend(station.height.map(|height| ToHost::Resize { height }.write()));
    if let (Some(before), Some(now)) = (&station.before, &station.now) {
        said.extend(toggled(before, now));
    }
    let is_own = station.now.as_ref().is_some_and(|known| known.0.seed == heads.seed);
    let seed = if is_own {
        String::new()
    } else {
        ["&seed=", &heads.seed.to_string()].concat()
    };
    let link = link::write(&heads.text, &heads.entry).ok();
    let report = heads
        .report
        .as_ref()
        .filter(|_| station.is_whole)
        .and_then(Sealed::open);
    let state = ToHost::State {
        playing: heads.is_playing,
        at: station.at,
        title,
        link: link.map(|link| ["#", &link, &seed].concat()),
        response_ms: report.as_ref().and_then(responses),
    };
    said.push(state.write());
    said
}

/// The heading of an embed, or nothing but the scenario's name.
fn title(wish: &Wish, name: &str) -> String {
    wish.title.clone().unwrap_or_else(|| name.to_string())
}

/// The head of an embed; none where the page stands alone.
pub fn head(heads: &Heads) -> Option<Embed> {
    let (wish, _) = read(&heads.embed)?;
    let link = link::write(&heads.text, &heads.entry).map_or(String::new(), |link| ["#", &link].concat());
    let title = title(&wish, &heads.name);
    Some(Embed { title, link })
}

/// The edges of the same name that have another mode.
fn toggled(before: &Known, now: &Known) -> Vec<String> {
    let changes = now.0.edges.iter().filter_map(|edge| {
        let old = before.0.edges.iter().find(|old| old.name == edge.name)?;
        (old.mode != edge.mode).then(|| ToHost::Toggled {
            edge: edge.name.clone(),
            from: old.mode,
            to: edge.mode,
        })
    });
    changes.map(|message| message.write()).collect()
}

/// Median and 99th percentile of the first client, in milliseconds.
fn responses(report: &Report) -> Option<[f64; 2]> {
    let (_, client) = report.clients.iter().next()?;
    Some([client.response_ms.p50?, client.response_ms.p99?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Mode, edit, gallery, text};

    fn known(text: &str) -> Option<Known> {
        text::parse(text).ok().map(|parsed| Known(parsed.scenario.into()))
    }

    #[test]
    fn a_wish_becomes_acts() {
        let found =
            embed("#embed=v1&ex=chain&view=sequence&level=full&theme=dark&at=1.5&host=https://a.example").unwrap();
        assert_eq!((&*found.entry, found.text, &*found.refusal), ("chain", None, ""));
        assert_eq!(
            found.embed.unwrap(),
            (
                "embedded view-sequence level-full".to_string(),
                "https://a.example".to_string()
            )
        );
        let expected = [
            ("light", "dark"),
            ("rest", ""),
            ("go", "1500000000"),
            ("tab", "sequence"),
        ];
        assert_eq!(found.acts, expected.map(|(name, on)| act(name, on)));
        assert_eq!(embed("#ex=chain"), None);
    }

    #[test]
    fn a_wish_for_what_is_not_there_is_told() {
        let found = embed("#embed=v1&ex=nothing").unwrap();
        assert!(
            found.entry == link::FIRST && found.refusal.contains("no example “nothing”"),
            "{found:?}"
        );
        let found = embed("#embed=v1&s=1.d.AAAA").unwrap();
        assert!(found.refusal.contains("damaged"), "{found:?}");
    }

    #[test]
    fn messages_become_acts_or_errors() {
        let hear = |level: &str, message: &str| {
            let text = ["{\"sync-or-swim\": 1, \"type\": ", message, "}"].concat();
            let hash = ["#embed=v1&level=", level].concat();
            hear(&Heard { text, hash })
        };
        let set = "\"set\", \"edge\": \"orders->email\", \"mode\": \"queue\"";
        for (level, message, expected) in [
            ("toggle", set, act("mode", "queue orders->email")),
            ("full", "\"seek\", \"at\": 3.42", act("go", "3420000000")),
            ("picture", "\"load\", \"example\": \"chain\"", act("open", "chain")),
            ("picture", "\"load\", \"link\": \"#ex=chain\"", act("link", "ex=chain")),
            ("picture", "\"wake\"", act("wake", "")),
        ] {
            assert_eq!(hear(level, message), (vec![expected], vec![]), "{message}");
        }
        for (level, message, told) in [
            ("picture", set, "level picture"),
            ("full", "\"jump\"", "jump"),
            ("full", "\"load\", \"example\": \"nothing\"", "no example"),
            ("full", "\"load\", \"link\": \"#s=1.d.!\"", "damaged"),
        ] {
            let (acts, said) = hear(level, message);
            assert!(
                acts.is_empty() && said.len() == 1 && said[0].contains("\"error\"") && said[0].contains(told),
                "{said:?}"
            );
        }
        let text = "{\"type\": \"play\"}".to_string();
        let hash = String::new();
        assert_eq!(super::hear(&Heard { text, hash }), (vec![], vec![]));
    }

    #[test]
    fn what_has_happened_is_told_once() {
        let original = gallery::ENTRIES[0].text;
        let flipped = edit::apply(original, &edit::Edit::mode("orders->email", Mode::Await)).unwrap();
        let station = Station {
            heads: Heads {
                embed: "#embed=v1&veiw=lanes&level=picture".to_string(),
                entry: "checkout".to_string(),
                text: original.to_string(),
                seed: 7,
                ..Heads::default()
            },
            now: known(original),
            height: Some(333),
            ..Station::default()
        };
        let said = say(&station);
        let kinds = ["ready", "error", "resize", "state"];
        assert_eq!(said.len(), kinds.len(), "{said:#?}");
        for (message, kind) in said.iter().zip(kinds) {
            assert!(message.contains(&["\"type\":\"", kind, "\""].concat()), "{message}");
        }
        let again = Station {
            has_told: true,
            height: None,
            before: known(original),
            now: known(&flipped),
            heads: Heads {
                text: flipped,
                seed: 8,
                ..station.heads.clone()
            },
            ..station
        };
        let said = say(&again);
        assert_eq!(said.len(), 2, "{said:#?}");
        assert!(
            said[0].contains("\"edge\":\"orders->email\",\"from\":\"queue\",\"to\":\"await\""),
            "{said:?}"
        );
        assert!(
            said[1].contains("\"link\":\"#ex=checkout&c=1.d.") && said[1].contains("&seed=8"),
            "{said:?}"
        );
    }
}
