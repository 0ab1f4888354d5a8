//! Mermaid's flowcharts: boxes are services, arrows are calls.
//!
//! ```text
//! flowchart LR
//!   users((Users)) --> shop[Shop 5ms] --> db[(Stock)]        solid: sync
//!   shop -.->|orders| mails[[mail queue]] -.-> mail          dashed: asynchronous
//! ```

use super::draft::Draft;
use super::graph::{Graph, Kind};
use crate::scenario::Mode;
use crate::scenario::problem::{Problem, Severity};
use crate::time::Duration;

/// Statements about looks.
const LOOKS: [&str; 7] = [
    "classDef",
    "class",
    "style",
    "linkStyle",
    "click",
    "direction",
    "accTitle",
];
const USERS: [&str; 10] = [
    "user",
    "users",
    "client",
    "clients",
    "browser",
    "customer",
    "customers",
    "shopper",
    "shoppers",
    "visitors",
];
const QUEUES: [&str; 5] = ["queue", "rabbitmq", "sqs", "mailbox", "jobs"];
const TOPICS: [&str; 6] = ["topic", "kafka", "broker", "stream", "event bus", "pubsub"];

/// Whether the first line that says something begins a flowchart.
pub fn is_one(text: &str) -> bool {
    lines(text).next().is_some_and(|(_, line)| is_head(line))
}

fn is_head(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default().trim_end_matches(';');
    ["flowchart", "graph", "flowchart-elk"].contains(&first)
}

/// The lines that say something, with their numbers: no comments, no front matter, no fences of Markdown.
fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut in_front = false;
    let numbered = text.lines().enumerate().map(|(at, line)| (at as u32 + 1, line.trim()));
    numbered.filter(move |(at, line)| {
        if *line == "---" && (*at == 1 || in_front) {
            in_front = !in_front;
            return false;
        }
        !in_front && !line.is_empty() && !line.starts_with("%%") && !line.starts_with("```")
    })
}

/// Reads a flowchart.
pub fn read(text: &str) -> Result<Draft, Problem> {
    if text.len() > crate::scenario::node::FOREIGN_LIMIT {
        return Err(Problem::of_all(
            "the text is too long".to_string(),
            "at most 16,000,000 bytes are read",
        ));
    }
    let mut draft = Draft::of("Flowchart");
    let mut graph = Graph::default();
    let head = lines(text).next();
    if let Some((line, head)) = head.filter(|(_, head)| !is_head(head)) {
        return Err(wrong(line, head, "this is no head of a flowchart", "flowchart LR"));
    }
    let parts = lines(text).flat_map(|(line, content)| content.split(';').map(move |part| (line, part.trim())));
    for (line, statement) in parts.skip(1).filter(|(_, statement)| !statement.is_empty()) {
        let first = statement.split_whitespace().next().unwrap_or_default();
        match first {
            "subgraph" | "end" => draft.ignore("subgraphs"),
            first if LOOKS.contains(&first) => draft.ignore(format!("`{first}`: looks")),
            _ => Statement {
                line,
                whole: statement,
                rest: statement,
                graph: &mut graph,
            }
            .read(&mut draft)?,
        }
        graph.bounded()?;
    }
    draft.assume("solid arrows are sync calls, dashed ones oneway, in the order of the file");
    settle(&mut graph, &mut draft);
    let entries: Vec<usize> = (0..graph.nodes.len())
        .filter(|at| graph.nodes[*at].kind == Kind::Service && !graph.is_called(*at))
        .collect();
    Ok(graph.into_draft(draft, &entries))
}

/// Sees which nodes are clients and channels, now that it is known who calls whom.
fn settle(graph: &mut Graph, draft: &mut Draft) {
    for at in 0..graph.nodes.len() {
        let (called, calls) = (graph.is_called(at), graph.calls_some(at));
        let node = &mut graph.nodes[at];
        if matches!(node.kind, Kind::Queue | Kind::Topic) && !(called && calls) {
            draft.assume(format!(
                "`{}` is a service: messages do not go through it",
                node.foreign
            ));
            node.kind = Kind::Service;
        }
        if node.kind == Kind::Client && called {
            node.kind = Kind::Service;
        }
    }
}

struct Statement<'a> {
    line: u32,
    whole: &'a str,
    rest: &'a str,
    graph: &'a mut Graph,
}

impl Statement<'_> {
    /// `a & b --> c --> d`
    fn read(mut self, draft: &mut Draft) -> Result<(), Problem> {
        let mut before = self.group()?;
        while !self.rest.is_empty() {
            let Some(arrow) = self.arrow()? else { break };
            let after = self.group()?;
            for (from, to) in before.iter().flat_map(|from| after.iter().map(move |to| (*from, *to))) {
                arrow.draw(self.graph, from, to, draft);
                self.graph.bounded()?;
            }
            before = after;
        }
        Ok(())
    }

    fn group(&mut self) -> Result<Vec<usize>, Problem> {
        let mut group = vec![self.node()?];
        while let Some(rest) = self.rest.trim_start().strip_prefix('&') {
            self.rest = rest;
            group.push(self.node()?);
        }
        Ok(group)
    }

    fn node(&mut self) -> Result<usize, Problem> {
        let rest = self.rest.trim_start();
        let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.' || letter == '/';
        // A hyphen belongs to a name only inside of it: `a-b`, but not `a--b` or `a-.->`.
        let mut end = 0;
        for (at, letter) in rest.char_indices() {
            let next = rest[at + letter.len_utf8()..].chars().next();
            let is_inner = letter == '-'
                && at > 0
                && next.is_some_and(|next| next.is_alphanumeric())
                && !rest[..at].ends_with('-');
            if !is_part(letter) && !is_inner {
                break;
            }
            end = at + letter.len_utf8();
        }
        let (id, rest) = rest.split_at(end);
        if id.is_empty() {
            return Err(self.wrong("a node is expected", "a name such as `shop` or `shop[Shop]`"));
        }
        let at = self.graph.node(id);
        self.rest = rest;
        self.shape(at)?;
        if let Some(class) = self.rest.strip_prefix(":::") {
            self.rest =
                class.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-');
        }
        Ok(at)
    }

    /// The text of a node in its brackets, if it has one, and what that makes of it.
    fn shape(&mut self, at: usize) -> Result<(), Problem> {
        let name = self.graph.nodes[at].foreign.clone();
        let opens = |letter: char| "[({>".contains(letter);
        if !self.rest.starts_with(opens) {
            read_title(self.graph, at, &name, false);
            return Ok(());
        }
        let inside = self.rest.trim_start_matches(|letter| "[({>/\\".contains(letter));
        let is_quoted = inside.starts_with('"');
        let end = if is_quoted {
            inside[1..].find('"').map(|end| end + 2)
        } else {
            inside.find(|letter| "])}".contains(letter))
        };
        let end = end.ok_or_else(|| self.wrong("a shape has no end", "close its bracket"))?;
        let round = self.rest.starts_with("((") || self.rest.starts_with("([");
        read_title(
            self.graph,
            at,
            &[inside[..end].trim_matches('"'), " ", &name].concat(),
            round,
        );
        self.rest = inside[end..].trim_start_matches(|letter| "])}/\\".contains(letter));
        Ok(())
    }

    /// `-->`, `-.->|text|`, `-- text -->`, `==>`, `--o`, `<-->`; none where the statement ends.
    fn arrow(&mut self) -> Result<Option<Arrow>, Problem> {
        let rest = self.rest.trim_start();
        if rest.is_empty() {
            return Ok(None);
        }
        let body = rest.strip_prefix(['<', 'o', 'x']).unwrap_or(rest);
        let is_line = |letter: char| "-=.~".contains(letter);
        let line = &body[..body.find(|letter| !is_line(letter)).unwrap_or(body.len())];
        if line.len() < 2 {
            return Err(self.wrong("an arrow is expected", "`-->`, `-.->` or `-->|text|`"));
        }
        let (mut tail, mut label) = (&body[line.len()..], "");
        let has_head = tail.starts_with('>') || tail.starts_with(['o', 'x']) && tail[1..].starts_with([' ', '|']);
        if has_head {
            tail = &tail[1..];
        } else if let Some((text, after)) = inner_label(tail, line).filter(|_| line.len() == 2) {
            (label, tail) = (text, after);
        }
        if let Some(text) = tail.trim_start().strip_prefix('|') {
            let (text, after) = text
                .split_once('|')
                .ok_or_else(|| self.wrong("a label has no end", "`-->|text|`"))?;
            (label, tail) = (text, after);
        }
        self.rest = tail;
        Ok(Some(Arrow {
            mode: mode(line, label),
            is_hidden: line.contains('~'),
            label: label.trim().trim_matches('"').to_string(),
        }))
    }

    fn wrong(&self, message: &str, fix: &str) -> Problem {
        wrong(self.line, self.whole, message, fix)
    }
}

/// `-- text -->`: the text, and what stands behind the arrow.
fn inner_label<'a>(tail: &'a str, line: &str) -> Option<(&'a str, &'a str)> {
    let ends: &[&str] = match line {
        "-." => &[".->", ".-"],
        "==" => &["==>", "==="],
        _ => &["-->", "---"],
    };
    let (at, end) = ends
        .iter()
        .filter_map(|end| Some((tail.find(end)?, end)))
        .min_by_key(|(at, _)| *at)?;
    let text = tail[..at].trim_end_matches(['-', '=', '.']);
    Some((text, tail[at + end.len()..].trim_start_matches(['-', '=', '>'])))
}

struct Arrow {
    mode: Mode,
    is_hidden: bool,
    label: String,
}

impl Arrow {
    fn draw(&self, graph: &mut Graph, from: usize, to: usize, draft: &mut Draft) {
        if self.is_hidden {
            return draft.ignore("invisible links");
        }
        if from == to {
            return draft.ignore(format!("`{}` calls itself", graph.nodes[from].foreign));
        }
        if !self.label.is_empty() && named_mode(&self.label).is_none() {
            draft.ignore(format!(
                "the label `{}`",
                self.label.chars().take(60).collect::<String>()
            ));
        }
        graph.link(from, to, self.mode);
    }
}

/// The label may name a mode; else the line tells.
fn mode(line: &str, label: &str) -> Mode {
    let dashed = if line.contains('.') { Mode::Oneway } else { Mode::Sync };
    named_mode(label).unwrap_or(dashed)
}

fn named_mode(label: &str) -> Option<Mode> {
    let label = label.trim().trim_matches('"');
    Mode::ALL.into_iter().find(|mode| mode.word() == label)
}

/// What a node's text says of it.
fn read_title(graph: &mut Graph, at: usize, title: &str, is_round: bool) {
    let title = title.to_ascii_lowercase();
    let mut words = title.split(|letter: char| !letter.is_alphanumeric() && letter != '.');
    let node = &mut graph.nodes[at];
    let has = |known: &[&str]| {
        known.iter().any(|word| {
            title
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|part| part == *word)
                || word.contains(' ') && title.contains(word)
        })
    };
    match () {
        () if has(&TOPICS) => node.kind = Kind::Topic,
        () if has(&QUEUES) => node.kind = Kind::Queue,
        () if is_round && node.kind == Kind::Service || has(&USERS) => node.kind = Kind::Client,
        () => {}
    }
    if let Some(time) = words.find_map(|word| Duration::parse(word).ok().filter(|time| time.0 > 0)) {
        node.work = Some(format!("exp({time})"));
    }
}

fn wrong(line: u32, statement: &str, message: &str, fix: &str) -> Problem {
    let offence: String = statement.chars().take(60).collect();
    Problem {
        path: String::new(),
        line,
        column: 1,
        message: format!("{message}: `{offence}`"),
        offence,
        fix: fix.to_string(),
        severity: Severity::Error,
    }
}
