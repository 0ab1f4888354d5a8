//! The heads of the panels: what can be done there, as things are.
//!
//! ```text
//! Heads ─▶ top, topology, words, editor, steps, transport, lanes, request, news, problems      in the order of their slots
//! ```
//!
//! Law: every control says in its markup what it does, and whether it can.

use super::html::{Html, option};
use super::icon;
use super::menu::{TRACES, menu};
use super::palette::{LIGHTS, STRIDES};
use super::way;
use crate::metrics::figure;
use crate::picture::lane::MOST_CALLS;
use crate::protocol::{Heads, News};
use crate::scenario::gallery;
use crate::scenario::problem::{Problem, Severity};

const LEGEND: &str = concat!(
    "<h2>Lanes</h2><ul class=\"legend\" aria-label=\"Legend\"><li><span class=\"key running\"></span>running</li>",
    "<li><span class=\"key blocked\"></span>blocked</li><li><span class=\"key waiting\"></span>waiting for a core</li>",
    "<li><span class=\"key idle\"></span>idle</li><li><span class=\"key call\"></span>call, caller waits</li>",
    "<li><span class=\"key free\"></span>call, caller goes on</li></ul>",
);

/// The name of the panel, what lines mean, what can be added.
const TOPOLOGY: &str = concat!(
    "<h2>Topology</h2><p class=\"quiet hint\">click an edge: it flips between sync and async</p><ul class=\"legend\" aria-label=\"Modes\">",
    "<li><span class=\"key call\"></span>sync</li><li><span class=\"key awaits\"></span>await</li>",
    "<li><span class=\"key free\"></span>oneway, queue</li></ul><div class=\"tools\">",
    "<button type=\"button\" data-act=\"add\" data-on=\"clients\">+ Client</button><button type=\"button\" data-act=\"add\" data-on=\"services\">+ Service</button>",
    "<button type=\"button\" data-act=\"add\" data-on=\"channels\">+ Channel</button>",
    "<button type=\"button\" data-act=\"new\" title=\"Begin with one client and one service; Undo brings this back\">New</button>",
);

/// The lanes in words, for the page to fill.
const WORDS: &str = concat!(
    "<summary>The lanes in words: who does what at the play head</summary>",
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Workers at the play head\"><table data-test=\"doings\"><thead><tr>",
    "<th scope=\"col\">worker</th><th scope=\"col\" class=\"text\">does</th><th scope=\"col\">for</th><th scope=\"col\" class=\"text\">request</th>",
    "</tr></thead><tbody></tbody></table><ul data-test=\"disturbances\"></ul><p class=\"quiet\">Workers that are not listed are idle.</p></div>",
);

/// What the page is called inside of another one, and the hash of a link to what it shows.
pub struct Embed {
    pub title: String,
    pub link: String,
}

/// All heads, in the order of their slots.
pub fn heads(heads: &Heads, embed: Option<&Embed>) -> Vec<String> {
    let told = [
        embed.map_or_else(|| top(heads), |embed| title(heads, embed)),
        topology(),
        words(),
        editor(heads),
        steps(heads),
        transport(heads.is_playing),
        lanes(heads),
        request(heads),
        heads.news.as_ref().map(news).unwrap_or_default(),
        problems(&heads.problems),
    ];
    told.into_iter().map(Html::into_string).collect()
}

fn topology() -> Html {
    let mut html = Html::new();
    html.fill(TOPOLOGY, &[])
        .add(&menu("topology", "the topology", &[]))
        .fill("</div>", &[]);
    html
}

fn words() -> Html {
    let mut html = Html::new();
    html.fill(WORDS, &[]);
    html
}

/// Name, gallery, seed, way back, link, light and help.
fn top(heads: &Heads) -> Html {
    let mut html = Html::new();
    html.fill(
        "<h1>Sync or Swim</h1><label class=\"field\"><span>Scenario</span><select data-choice=\"gallery\" data-test=\"gallery\" data-key=\"gallery\">",
        &[],
    );
    for entry in gallery::TITLES {
        option(&mut html, entry.0, entry.1, entry.0 == heads.entry);
    }
    html.fill(
        concat!(
            "</select></label><label class=\"field\"><span>Seed</span><input type=\"text\" inputmode=\"numeric\" size=\"6\" ",
            "title=\"The same seed gives the same run; empty: the scenario's own\" data-choice=\"seed\" data-key=\"seed\" value=\"{}\"></label>",
            "<div class=\"tools\">",
        ),
        &[&heads.seed.to_string()],
    );
    tool(&mut html, ["undo", "Undo", "Ctrl Z"], icon::UNDO, heads.can_undo);
    tool(&mut html, ["redo", "Redo", "Ctrl Shift Z"], icon::REDO, heads.can_redo);
    html.fill(
        concat!(
            "</div><span class=\"spring\"></span><button type=\"button\" data-act=\"share\" data-key=\"share\" ",
            "title=\"A link to this scenario, and what to put into a page\">Share</button>",
            "<label class=\"field\"><span>Theme</span><select data-choice=\"light\" data-test=\"theme\" data-key=\"light\">",
        ),
        &[],
    );
    for (word, label) in LIGHTS {
        option(&mut html, word, label, heads.light == word);
    }
    html.fill("</select></label>", &[]);
    tool(&mut html, ["palette", "Commands", "Ctrl K"], icon::SEEK, true);
    tool(&mut html, ["help", "Keyboard shortcuts", "?"], "?", true);
    html
}

/// What an embed is called, the way back, and the way out to the whole page.
fn title(heads: &Heads, embed: &Embed) -> Html {
    let mut html = Html::new();
    html.fill(
        "<h1>{}</h1><span class=\"spring\"></span><div class=\"tools\">",
        &[&embed.title],
    );
    tool(&mut html, ["undo", "Undo", "Ctrl Z"], icon::UNDO, heads.can_undo);
    html.fill(
        "</div><a class=\"out\" target=\"_blank\" rel=\"noopener\" href=\"./{}\" data-key=\"out\">Open in Sync or Swim</a>",
        &[&embed.link],
    );
    html
}

/// A button with a sign on it: what it does, its name, its key.
fn tool(html: &mut Html, [act, name, key]: [&str; 3], sign: &'static str, enabled: bool) {
    let template = match enabled {
        true => {
            "<button type=\"button\" data-act=\"{}\" data-test=\"{}\" data-key=\"{}\" aria-label=\"{}\" title=\"{} ({})\">"
        }
        false => {
            "<button type=\"button\" data-act=\"{}\" data-test=\"{}\" data-key=\"{}\" aria-label=\"{}\" title=\"{} ({})\" disabled>"
        }
    };
    html.fill(template, &[act, act, act, name, name, key])
        .fill(sign, &[])
        .fill("</button>", &[]);
}

/// The name of the panel and the ways back.
fn editor(heads: &Heads) -> Html {
    let mut html = Html::new();
    html.fill("<h2>Scenario</h2><div class=\"tools\">", &[]);
    let buttons = [
        ("undo", "Undo", heads.can_undo),
        ("redo", "Redo", heads.can_redo),
        ("reset", "Reset", !heads.is_original),
        ("choose", "Open a file", true),
    ];
    for (act, name, enabled) in buttons {
        let button = match enabled {
            true => "<button type=\"button\" data-act=\"{}\" data-key=\"editor {}\">{}</button>",
            false => "<button type=\"button\" data-act=\"{}\" data-key=\"editor {}\" disabled>{}</button>",
        };
        html.fill(button, &[act, act, name]);
    }
    html.fill(
        "<button type=\"button\" data-act=\"save\" data-on=\"text file\" data-key=\"editor save\">Save as a file</button></div>",
        &[],
    );
    html
}

/// Whose events are stepped through, the fork, and the marks.
fn steps(heads: &Heads) -> Html {
    let mut html = Html::new();
    html.fill(
        "<label class=\"field\"><span>Step to</span><select data-choice=\"stride\" data-key=\"stride\">",
        &[],
    );
    for (place, (word, label)) in (0..).zip(STRIDES) {
        option(&mut html, word, label, place == heads.stride);
    }
    html.fill("</select></label>", &[]);
    let (pressed, label) = match heads.fork {
        Some(at) => ("true", "Forked at ".to_string() + &figure::instant(at.0 as f64)),
        None => ("false", "Fork here".to_string()),
    };
    html.fill(
        "<button type=\"button\" data-act=\"fork\" data-key=\"fork\" aria-pressed=\"{}\" title=\"Flips count from this instant on; both runs stay to compare (G)\">{}</button>",
        &[pressed, &label],
    );
    html.fill(
        "<button type=\"button\" data-act=\"mark\" data-key=\"mark\" title=\"Mark this instant, or take its mark away (B)\">Mark</button><ol class=\"marks\" aria-label=\"Marks\">",
        &[],
    );
    for mark in &heads.marks {
        let (at, words) = (mark.to_string(), figure::instant(*mark as f64));
        html.fill(
            "<li><button type=\"button\" data-act=\"go\" data-on=\"{}\" data-key=\"mark {}\" title=\"Go there (&lt; and &gt; go from mark to mark)\">⚑ {}</button></li>",
            &[&at, &at, &words],
        );
    }
    html.fill("</ol>", &[]);
    html
}

/// The play head's buttons.
fn transport(is_playing: bool) -> Html {
    let mut html = Html::new();
    let play = match is_playing {
        true => (["play", "Pause", "Space"], icon::PAUSE),
        false => (["play", "Play", "Space"], icon::PLAY),
    };
    let buttons = [
        (["start", "To the start", "Home"], icon::START),
        (["before", "Event before", ","], icon::BEFORE),
        play,
        (["next", "Next event", "."], icon::NEXT),
        (["end", "To the end", "End"], icon::END),
    ];
    for (words, sign) in buttons {
        tool(&mut html, words, sign, true);
    }
    html
}

/// The name of the panel, what patterns mean, and how to come closer.
fn lanes(heads: &Heads) -> Html {
    let mut html = Html::new();
    html.fill(LEGEND, &[]);
    if heads.too_many_calls {
        let hint = "<p class=\"quiet\">More than {} calls in view: come closer to see arrows</p>";
        html.fill(hint, &[&MOST_CALLS.to_string()]);
    }
    html.fill("<div class=\"tools\">", &[]);
    let pressed = |is_pressed: bool| if is_pressed { "true" } else { "false" };
    let compare = match heads.can_compare {
        true => concat!(
            "<button type=\"button\" data-act=\"compare\" data-key=\"compare\" aria-pressed=\"{}\" ",
            "title=\"Show the lanes before the last change above those of now, on one clock (V)\">Compare</button>"
        ),
        false => concat!(
            "<button type=\"button\" data-act=\"compare\" data-key=\"compare\" aria-pressed=\"{}\" disabled ",
            "title=\"Change something first: then its lanes can stand below those before\">Compare</button>"
        ),
    };
    html.fill(compare, &[pressed(heads.compares && heads.can_compare)]);
    let follow = concat!(
        "<button type=\"button\" data-act=\"follow\" data-key=\"follow\" aria-pressed=\"{}\" ",
        "title=\"Let the lanes follow the play head (F)\">Follow</button>",
        "<button type=\"button\" data-act=\"fit\" data-key=\"fit\" title=\"See all of the selected request, or of the run (0 in the lanes)\">Fit</button>"
    );
    html.fill(follow, &[pressed(heads.follows)]);
    tool(&mut html, ["farther", "Farther", "S in the lanes"], icon::FARTHER, true);
    tool(&mut html, ["closer", "Closer", "W in the lanes"], icon::CLOSER, true);
    // An embed gives nothing to another host.
    let others = if heads.embed.is_empty() {
        &TRACES[..]
    } else {
        &TRACES[1..]
    };
    html.add(&menu("lanes", "the lanes", others)).fill("</div>", &[]);
    html
}

/// The name of the panel, and the ways to a request.
fn request(heads: &Heads) -> Html {
    let ranking = heads.ranking();
    let mut html = Html::new();
    html.fill(
        "<h2>Request</h2><p class=\"quiet\" data-test=\"place\">{}</p><div class=\"tools\">",
        &[&way::place(&ranking, heads.pinned)],
    );
    let button = |html: &mut Html, act: &'static str, label: &str, enabled: bool| {
        let template = match enabled {
            true => "<button type=\"button\" data-act=\"{}\" data-key=\"{}\">{}</button>",
            false => "<button type=\"button\" data-act=\"{}\" data-key=\"{}\" disabled>{}</button>",
        };
        html.fill(template, &[act, act, label]);
    };
    for (act, label) in way::WAYS {
        let is_there = way::next(&ranking, act, heads.pinned, 0).is_some();
        button(&mut html, act, label, is_there);
    }
    button(&mut html, "unpin", "Let go", heads.pinned.is_some());
    html.fill("</div>", &[]);
    html
}

/// What has happened to the text, and the way back.
fn news(news: &News) -> Html {
    let (class, role, words, way_back) = match news {
        News::Restored(date) => (
            "news",
            "status",
            ["Your draft from ", date, " is back."].concat(),
            Some(["over", "Start over"]),
        ),
        News::Opened(name) => (
            "news",
            "status",
            ["Opened ", name, "; Undo brings the old text back."].concat(),
            Some(["undo", "Undo"]),
        ),
        News::Refused(words) => ("", "alert", words.clone(), None),
    };
    let mut html = Html::new();
    html.fill("<div class=\"notice {}\" role=\"{}\"><p>{}</p>", &[class, role, &words]);
    for [act, label] in way_back.into_iter().chain([["dismiss", "Close"]]) {
        html.fill("<button type=\"button\" data-act=\"{}\">{}</button>", &[act, label]);
    }
    html.fill("</div>", &[]);
    html
}

/// What is wrong with the text; a click leads to the place.
fn problems(problems: &[Problem]) -> Html {
    let mut html = Html::new();
    if problems.is_empty() {
        return html;
    }
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let (count, noun, then) = match errors {
        0 => (problems.len(), " warning", ""),
        errors => (errors, " problem", "; the last good scenario goes on"),
    };
    let many = if count == 1 { "" } else { "s" };
    html.fill(
        "<p class=\"warning\">{}{}{}{}</p><ul class=\"problems\" data-test=\"problems\">",
        &[&count.to_string(), noun, many, then],
    );
    for problem in problems {
        let (line, column) = (problem.line.to_string(), problem.column.to_string());
        html.fill(
            "<li><button type=\"button\" data-act=\"problem\" data-on=\"{}:{}\"><span class=\"place\">line {}, column {}</span>",
            &[&line, &column, &line, &column],
        );
        if problem.severity == Severity::Warning {
            html.fill(" · warning", &[]);
        }
        for words in [&problem.path, &problem.message, &problem.fix]
            .into_iter()
            .filter(|words| !words.is_empty())
        {
            html.fill(" · {}", &[words]);
        }
        html.fill("</button></li>", &[]);
    }
    html.fill("</ul>", &[]);
    html
}
