//! Where a scenario's text comes from, and how its problems are told.
//!
//! Law: a problem is one line, `file:line:column: path: what; what would be right`, as editors and compilers' readers
//! know it.

use std::io::Read;
use sync_or_swim::protocol::Origin;
use sync_or_swim::scenario::node::{self, LENGTH_LIMIT};
use sync_or_swim::scenario::problem::{Problem, Severity, nearest};
use sync_or_swim::scenario::{Scenario, gallery};
use sync_or_swim::share::open;
use sync_or_swim::theory::Overload;

/// What a file may have at most that is a picture.
const PICTURE_LIMIT: u64 = 1 << 28;

/// A text and the name under which its problems are told.
pub struct Source {
    pub name: String,
    pub text: String,
    /// That of the picture from which the text is, in place of its own.
    pub seed: Option<u64>,
}

impl Source {
    /// The text of a file, of `-` (standard input) or, where there is no such file, of a gallery entry; or why there
    /// is none.
    pub fn open(word: &str) -> Result<Source, String> {
        if word == "-" {
            return Source::read("<stdin>", std::io::stdin().lock());
        }
        match std::fs::File::open(word) {
            Ok(file) => Source::read(word, file),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Source::from_gallery(word),
            Err(why) => Err(format!("{word}: cannot be read: {why}")),
        }
    }

    fn from_gallery(id: &str) -> Result<Source, String> {
        if let Some(entry) = gallery::entry(id) {
            return Ok(Source {
                name: id.to_string(),
                text: entry.text.to_string(),
                seed: None,
            });
        }
        let ids: Vec<&str> = gallery::ENTRIES.iter().map(|entry| entry.id).collect();
        let meant = nearest(id, ids.iter().copied()).map_or_else(String::new, |id| format!("did you mean `{id}`? "));
        Err(format!(
            "{id}: there is neither a file nor a gallery entry of this name; {meant}the gallery has {}",
            ids.join(", ")
        ))
    }

    /// Reads one byte more than a scenario may have, so that an endless input is refused by its length; of a picture all, for
    /// its scenario.
    fn read(name: &str, mut from: impl Read) -> Result<Source, String> {
        let unreadable = |why: std::io::Error| format!("{name}: cannot be read: {why}");
        let mut bytes = Vec::new();
        let limit = LENGTH_LIMIT as u64 + 1;
        (&mut from).take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
        if open::is_picture(&bytes) {
            from.take(PICTURE_LIMIT).read_to_end(&mut bytes).map_err(unreadable)?;
            let Origin { text, seed } =
                open::open(&bytes).map_err(|why| format!("{name}: {}; {}", why.message, why.fix))?;
            let name = name.to_string();
            return Ok(Source { name, text, seed });
        }
        let text = if bytes.len() > LENGTH_LIMIT {
            String::from_utf8_lossy(&bytes).into_owned()
        } else {
            String::from_utf8(bytes).map_err(|why| {
                let at = why.utf8_error().valid_up_to();
                format!("{name}: is not a text: byte {at} is not UTF-8; save it as UTF-8")
            })?
        };
        let (name, seed) = (name.to_string(), None);
        Ok(Source { name, text, seed })
    }

    /// That a service of this text is offered too much.
    pub fn problem(&self, scenario: &Scenario, overload: &Overload) -> Problem {
        let name = &scenario.service(overload.service).name;
        let root = node::parse(&self.text).ok();
        let there = root.as_ref().and_then(|root| root.get("services")?.get(name));
        let (line, column) = there.map_or((1, 1), |node| node::place(&self.text, node.start));
        Problem {
            path: format!("services.{name}"),
            line,
            column,
            offence: name.clone(),
            message: overload.told(scenario),
            fix: String::new(),
            severity: Severity::Warning,
        }
    }

    /// A problem of this text in one line.
    pub fn place(&self, problem: &Problem) -> String {
        let Problem { line, column, .. } = problem;
        let mut told = format!("{}:{line}:{column}: ", self.name);
        if problem.severity == Severity::Warning {
            told.push_str("warning: ");
        }
        if !problem.path.is_empty() {
            told.push_str(&format!("{}: ", problem.path));
        }
        told.push_str(&problem.message);
        if !problem.fix.is_empty() {
            told.push_str(&format!("; {}", problem.fix));
        }
        told
    }
}
