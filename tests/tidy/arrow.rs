//! Which module may name which. The table is the architecture.

use crate::source::{Source, line_of, sources, words};
use crate::{Offence, settle};

/// A module and those that it may name beside itself.
struct Arrow {
    module: &'static str,
    may_name: &'static [&'static str],
}

const ARROWS: &[Arrow] = &[
    Arrow {
        module: "time",
        may_name: &[],
    },
    Arrow {
        module: "border",
        may_name: &[],
    },
    Arrow {
        module: "scenario",
        may_name: &["time"],
    },
    Arrow {
        module: "trace",
        may_name: &["time", "scenario"],
    },
    Arrow {
        module: "engine",
        may_name: &["time", "scenario", "trace"],
    },
    Arrow {
        module: "metrics",
        may_name: &["time", "scenario", "trace"],
    },
    Arrow {
        module: "theory",
        may_name: &["time", "scenario", "trace"],
    },
    Arrow {
        module: "protocol",
        may_name: &["time", "scenario", "trace", "metrics", "theory", "picture"],
    },
    Arrow {
        module: "backend",
        may_name: &["time", "scenario", "trace", "engine", "metrics", "theory", "protocol"],
    },
    Arrow {
        module: "reader",
        may_name: &[
            "time", "scenario", "trace", "metrics", "theory", "protocol", "picture", "told", "share",
        ],
    },
    Arrow {
        module: "told",
        may_name: &["time", "scenario", "trace", "metrics", "theory", "protocol", "picture"],
    },
    Arrow {
        module: "picture",
        may_name: &["time", "scenario", "trace", "metrics"],
    },
    Arrow {
        module: "share",
        may_name: &[
            "time", "scenario", "trace", "metrics", "theory", "protocol", "picture", "told",
        ],
    },
    Arrow {
        module: "import",
        may_name: &["time", "scenario", "trace", "metrics", "theory", "picture"],
    },
    Arrow {
        module: "exchange",
        may_name: &[
            "time", "scenario", "trace", "metrics", "theory", "protocol", "picture", "told", "share", "import",
        ],
    },
    Arrow {
        module: "ui",
        may_name: &[
            "time", "scenario", "trace", "metrics", "theory", "protocol", "picture", "told", "share",
        ],
    },
    Arrow {
        module: "main",
        may_name: &["ui"],
    },
    Arrow {
        module: "bin/backend",
        may_name: &["backend"],
    },
    Arrow {
        module: "bin/reader",
        may_name: &["border", "reader"],
    },
    Arrow {
        module: "bin/exchange",
        may_name: &["border", "exchange"],
    },
    Arrow {
        module: "bin/swim",
        may_name: &[
            "time", "scenario", "trace", "engine", "metrics", "theory", "protocol", "picture", "told", "share",
            "import",
        ],
    },
];

#[test]
fn a_module_names_only_those_below_it() {
    let sources = sources(&["src"]);
    settle("arrow", sources.iter().flat_map(offences).collect());
}

#[test]
fn every_module_has_its_place_in_the_table() {
    let sources = sources(&["src"]);
    let unknown = sources
        .iter()
        .filter(|source| module_of(&source.file) != "lib" && arrow(&module_of(&source.file)).is_none());
    settle(
        "module",
        unknown
            .map(|source| Offence {
                file: source.file.clone(),
                line: 0,
                what: format!(
                    "the arrows of tests/tidy/arrow.rs do not know the module `{}`",
                    module_of(&source.file)
                ),
            })
            .collect(),
    );
}

fn arrow(module: &str) -> Option<&'static Arrow> {
    ARROWS.iter().find(|arrow| arrow.module == module)
}

/// `scenario` for `src/scenario/model.rs`, `bin/swim` for `src/bin/swim.rs`, `lib` for `src/lib.rs`.
fn module_of(file: &str) -> String {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs");
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["bin", name, ..] => format!("bin/{name}"),
        [name, ..] => (*name).to_owned(),
        [] => String::new(),
    }
}

fn offences(source: &Source) -> Vec<Offence> {
    let module = module_of(&source.file);
    let Some(arrow) = arrow(&module) else { return Vec::new() };
    let named = named_modules(source);
    let wrong = named
        .into_iter()
        .filter(|(_, name)| *name != module && !arrow.may_name.contains(&name.as_str()));
    wrong
        .map(|(line, name)| Offence {
            file: source.file.clone(),
            line,
            what: format!(
                "`{module}` may not name `{name}`, only {:?}: move what is shared down, or pass it in from above",
                arrow.may_name
            ),
        })
        .collect()
}

/// The top modules that a file names, each with its line. A capital letter begins no module, but a name of the map itself.
fn named_modules(source: &Source) -> Vec<(usize, String)> {
    let code = &source.product;
    let depth = depth_of(&source.file);
    let mut named = Vec::new();
    for (at, word) in words(code) {
        let tail = match word {
            "crate" | "sync_or_swim" => &code[at + word.len()..],
            "super" if !code[..at].ends_with("super::") => after_supers(&code[at..], depth),
            _ => continue,
        };
        let modules = heads(tail)
            .into_iter()
            .filter(|name| name.starts_with(char::is_lowercase));
        named.extend(modules.map(|name| (line_of(code, at), name)));
    }
    named
}

/// How many `super::` lead from a file to the root of the crate.
fn depth_of(file: &str) -> usize {
    let path = file
        .trim_start_matches("src/")
        .trim_end_matches(".rs")
        .trim_end_matches("/mod");
    path.split('/').count()
}

/// What follows `super::super::…` where that is the root of the crate, else nothing.
fn after_supers(code: &str, depth: usize) -> &str {
    let (mut rest, mut climbed) = (code, 0);
    while let Some(tail) = rest.trim_start_matches("::").strip_prefix("super") {
        (rest, climbed) = (tail, climbed + 1);
    }
    if climbed == depth { rest } else { "" }
}

/// The first names after `::`: one, or those of a `{…}` group.
fn heads(tail: &str) -> Vec<String> {
    let Some(path) = tail.strip_prefix("::") else {
        return Vec::new();
    };
    let first = |text: &str| words(text.trim_start()).first().map(|(_, word)| (*word).to_owned());
    match path.trim_start().strip_prefix('{') {
        None => first(path).into_iter().collect(),
        Some(group) => members(group).into_iter().filter_map(first).collect(),
    }
}

/// The members of a group, split at the commas that are not in a group inside.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut members) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(&group[begin..at]);
                return members;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    members
}

fn check(file: &str, code: &str, expected: &[&str]) {
    let source = Source::new(file.into(), code.into());
    let named: Vec<String> = named_modules(&source).into_iter().map(|(_, name)| name).collect();
    assert_eq!(named, expected, "{file}: {code}");
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    check("src/engine/call.rs", "use crate::trace::Observer;", &["trace"]);
    check(
        "src/engine/call.rs",
        "use crate::{scenario::{Edge, Mode}, time::Instant, ui};",
        &["scenario", "time", "ui"],
    );
    check("src/engine/call.rs", "fn f() { crate::ui::paint() }", &["ui"]);
    check("src/engine/call.rs", "use super::super::ui::paint;", &["ui"]);
    check("src/engine/call.rs", "use super::queue::Queue;", &[]);
    check("src/engine/mod.rs", "use super::ui;", &["ui"]);
    check("src/metrics/meter.rs", "use crate::{ENGINE, ui};", &["ui"]);
    check(
        "src/ui/parts/knob.rs",
        "use super::super::state; use super::super::super::engine::Run;",
        &["engine"],
    );
    check("src/main.rs", "use sync_or_swim::ui::App;", &["ui"]);
    check(
        "src/time.rs",
        "// crate::ui\n#[cfg(test)] mod tests { use crate::engine::Run; }",
        &[],
    );
}

#[test]
fn an_engine_that_draws_is_an_offence() {
    let source = Source::new(
        "src/engine/call.rs".into(),
        "use crate::picture::Shape;\nuse crate::time::Instant;".into(),
    );
    let offences = offences(&source);
    assert_eq!(offences.len(), 1);
    assert_eq!(offences[0].line, 1);
}
