//! Makes a release's WebAssembly, glue and styles small: what nothing uses goes, what is alike lies together.
//!
//! ```text
//! wasm ─▶ `dead`, wasm-metadce: without what only Leptos' server functions use ─▶ wasm-opt ─▶ functions in their `order`
//!      ─▶ short names for what it has in common with its glue
//! js   ─▶ terser: short names, nothing that is never reached
//! css  ─▶ without comments, and without spaces that say nothing
//! ```
//!
//! gzip looks back 32 KB: what is alike lies together (`order`).
//!
//! Law: the module itself lists the features that may be used. With `--all-features`, the tools write types that
//! browsers do not read yet.

use crate::module::{number, sections};
use crate::shell::{self, Outcome};
use crate::{dead, order, place};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the names of unused exports have in common: the streams of Leptos' server functions. A page without a server
/// has none, and the linker cannot know.
const UNUSED: &str = "intounderlying";

/// What the module is optimised for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Small,
    Fast,
}

impl Wish {
    /// How `wasm-opt` is told so.
    pub fn flags(self) -> &'static [&'static str] {
        match self {
            Wish::Small => &["--flatten", "--rereloop", "-Oz", "-Oz", "--low-memory-unused"],
            Wish::Fast => &["--flatten", "--rereloop", "-O3", "-Os", "--low-memory-unused"],
        }
    }
}

/// Optimises a module and its glue in their places.
pub fn slim_with_glue(module: &Path, glue: &Path, wish: Wish) -> Outcome<()> {
    let bytes = fs::read(module).map_err(|why| format!("cannot read {}: {why}", module.display()))?;
    let strange = || format!("{} is no WebAssembly module with names", module.display());
    let exports = exports(&bytes).ok_or_else(strange)?;
    let bytes = dead::without_dead(&bytes).ok_or_else(strange)?;
    fs::write(module, bytes).map_err(|why| format!("cannot write {}: {why}", module.display()))?;
    let graph = module.with_extension("graph.json");
    fs::write(&graph, graph_of(&exports)).map_err(|why| format!("cannot write {}: {why}", graph.display()))?;
    let mut prune = Command::new("wasm-metadce");
    prune.args(["-g", "--graph-file"]).arg(&graph);
    shell::output_of(prune.arg(module).arg("-o").arg(module))
        .ok_or_else(|| format!("`{}` fails", shell::words(&prune)))?;
    fs::remove_file(&graph).map_err(|why| format!("cannot remove {}: {why}", graph.display()))?;
    slim_wasm(module, wish)?;
    shorten(module, glue, wish)
}

/// Optimises a module in its place.
pub fn slim_wasm(module: &Path, wish: Wish) -> Outcome<()> {
    let mut optimise = Command::new("wasm-opt");
    optimise.args(wish.flags()).arg("--debuginfo");
    shell::run(optimise.arg(module).arg("-o").arg(module))?;
    let bytes = fs::read(module).map_err(|why| format!("cannot read {}: {why}", module.display()))?;
    let bytes =
        order::named_by_order(&bytes).ok_or_else(|| format!("{} imports more than functions", module.display()))?;
    fs::write(module, bytes).map_err(|why| format!("cannot write {}: {why}", module.display()))?;
    let mut reorder = Command::new("wasm-opt");
    reorder.args(["--reorder-functions-by-name", "--strip-debug", "--strip-producers"]);
    shell::run(reorder.arg(module).arg("-o").arg(module))
}

/// Gives all that a module has in common with its glue short names: each of the long ones ends in a hash, which no
/// compression makes smaller.
fn shorten(module: &Path, glue: &Path, wish: Wish) -> Outcome<()> {
    let mut minify = Command::new("wasm-opt");
    minify.arg("--minify-imports-and-exports-and-modules");
    if wish == Wish::Small {
        // Once functions have no names, more of them are alike.
        minify.args(["--flatten", "--local-cse", "--rereloop", "-Oz", "-Oz"]);
        minify.args(["--low-memory-unused", "--strip-target-features"]);
    }
    let map = shell::output_of(minify.arg(module).arg("-o").arg(module))
        .ok_or_else(|| format!("`{}` fails", shell::words(&minify)))?;
    let script = renamed(&place::read(glue)?, &map);
    fs::write(glue, script).map_err(|why| format!("cannot write {}: {why}", glue.display()))
}

/// A script with the short names of `map`, whose lines are `["module", "import", "short"],` and `["export", "short"],`.
fn renamed(script: &str, map: &str) -> String {
    let mut script = without_imports(&without_unused(script), map);
    for line in map.lines() {
        let words: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        match words[..] {
            [module, import, short] => {
                script = script.replace(&format!("\"{module}\""), "\"a\"");
                script = replace_word(&script, import, short);
            }
            [export, short] if line.trim_start().starts_with('[') => {
                script = replace_word(&script, &format!("wasm.{export}"), &format!("wasm.{short}"));
            }
            _ => {}
        }
    }
    script
}

/// A script without the classes of [`UNUSED`] exports, and without what is said of them elsewhere.
fn without_unused(script: &str) -> String {
    const UNITS: [(&str, &str); 2] = [
        ("export class IntoUnderlying", "if (Symbol.dispose) IntoUnderlying"),
        ("const IntoUnderlying", "new FinalizationRegistry"),
    ];
    let (mut kept, mut end) = (String::new(), None);
    for line in script.split_inclusive('\n') {
        let begun = UNITS.iter().find(|(start, _)| line.starts_with(start));
        end = end.or(begun.map(|(_, end)| *end));
        match end {
            Some(last) if line.contains(last) => end = None,
            Some(_) => {}
            None => kept.push_str(line),
        }
    }
    kept
}

/// A script without the functions that the module does not import any more.
fn without_imports(script: &str, map: &str) -> String {
    const INDENT: &str = "        ";
    let (mut kept, mut is_inside) = (String::new(), false);
    for line in script.split_inclusive('\n') {
        let name = line
            .strip_prefix(INDENT)
            .and_then(|line| line.split_once(": function("))
            .map(|(name, _)| name);
        is_inside |= name.is_some_and(|name| name.starts_with("__wb") && !map.contains(&["\"", name, "\""].concat()));
        if !is_inside {
            kept.push_str(line);
        }
        is_inside &= !line.starts_with("        }");
    }
    kept
}

/// Replaces a word wherever it does not go on.
fn replace_word(text: &str, word: &str, by: &str) -> String {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$');
    let mut parts = text.split(word);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        replaced.push_str(if goes_on(part) { word } else { by });
        replaced.push_str(part);
    }
    replaced
}

/// Makes a script small; the names at its top level stay where it is no module.
pub fn slim_script(file: &Path, module: bool) -> Outcome<()> {
    let mut terser = Command::new("terser");
    terser.args(["--compress", "--mangle"]);
    if module {
        terser.arg("--module");
    }
    terser.arg("--output").arg(file).arg("--").arg(file);
    shell::run(&mut terser)
}

/// Takes comments and indentation out of a style sheet.
pub fn slim_text(file: &Path) -> Outcome<()> {
    let slim = without_comments(&place::read(file)?);
    fs::write(file, slim).map_err(|why| format!("cannot write {}: {why}", file.display()))
}

/// Where a style sheet needs no space.
const TIGHT: [(&str, &str); 6] = [
    (" { ", "{"),
    (" {", "{"),
    ("; }", "}"),
    (": ", ":"),
    (", ", ","),
    ("; ", ";"),
];

/// A style sheet without block comments, indentation and ends of lines. A comment begins its line; a line that ends in the
/// middle of a value ends with a comma.
fn without_comments(text: &str) -> String {
    let mut slim = String::new();
    let mut inside = false;
    for line in text.lines().map(str::trim_start) {
        inside = inside || line.starts_with("/*");
        if !inside && !line.is_empty() {
            let tight = TIGHT
                .iter()
                .fold(line.to_owned(), |line, (loose, tight)| line.replace(loose, tight));
            slim.push_str(&tight);
        }
        inside = inside && !line.trim_end().ends_with("*/");
    }
    slim
}

/// Which exports are reachable from outside, as `wasm-metadce` wants to know it.
fn graph_of(exports: &[String]) -> String {
    let used = exports.iter().filter(|name| !name.contains(UNUSED));
    let roots: Vec<String> = used.clone().map(|name| format!("{name:?}")).collect();
    let nodes = used.map(|name| format!(",{{\"name\":{name:?},\"export\":{name:?}}}"));
    let unused = exports.iter().filter(|name| name.contains(UNUSED));
    let unused = unused.map(|name| format!(",{{\"name\":{name:?},\"export\":{name:?}}}"));
    let nodes: String = nodes.chain(unused).collect();
    format!(
        "[{{\"name\":\"the page\",\"root\":true,\"reaches\":[{}]}}{nodes}]",
        roots.join(",")
    )
}

/// The names of all exports of a module (WebAssembly core specification 2.0, section 5.5.10).
fn exports(module: &[u8]) -> Option<Vec<String>> {
    let sections = sections(module)?;
    match sections.iter().find(|(kind, _)| *kind == 7) {
        Some((_, section)) => names(section),
        None => Some(Vec::new()),
    }
}

fn names(section: &[u8]) -> Option<Vec<String>> {
    let (count, mut rest) = number(section)?;
    let mut names = Vec::new();
    for _ in 0..count {
        let (length, name) = number(rest)?;
        let (name, after) = name.split_at_checked(length)?;
        names.push(String::from_utf8(name.to_vec()).ok()?);
        (_, rest) = number(after.get(1..)?)?;
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_found() {
        // (module (memory (export "memory") 1) (func (export "a")))
        let module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\x07\x0e\x02\x06memory\x02\0\x01a\0\0\x0a\x04\x01\x02\0\x0b";
        assert_eq!(exports(module), Some(vec!["memory".to_owned(), "a".to_owned()]));
        assert_eq!(exports(b"\0asm"), None);
        assert_eq!(exports(&module[..20]), None);
    }

    #[test]
    fn what_only_the_server_would_use_is_no_root() {
        let graph = graph_of(&["main".to_owned(), "intounderlyingsink_close".to_owned()]);
        assert!(graph.contains("\"reaches\":[\"main\"]"), "{graph}");
        assert!(graph.contains("\"export\":\"intounderlyingsink_close\""), "{graph}");
    }

    #[test]
    fn what_is_not_imported_any_more_goes() {
        let script = "        __wbg_a_1: function(n) {\n            return n;\n        },\n        __wbg_b_2: function() { return f(function(n) {\n            n.b();\n        }, arguments); },\n    };\n";
        let map = "[\"./a_bg.js\", \"__wbg_a_1\", \"b\"],";
        let expected = "        __wbg_a_1: function(n) {\n            return n;\n        },\n    };\n";
        assert_eq!(without_imports(script, map), expected);
    }

    #[test]
    fn names_are_short_on_both_sides() {
        let map = r#"{ "imports": [
  ["./a_bg.js", "__wbg_now_12", "$"],
  ["./a_bg.js", "__wbg_now_123", "b"]
 ], "exports": [
  ["main", "c"]
 ] }"#;
        let script = r#"const i = { __wbg_now_123: f, __wbg_now_12: g }; return { "./a_bg.js": i }; wasm.main(); main; wasm.mainly"#;
        let short = r#"const i = { b: f, $: g }; return { "a": i }; wasm.c(); main; wasm.mainly"#;
        assert_eq!(renamed(script, map), short);
    }

    #[test]
    fn comments_and_indentation_go() {
        let text = "a {\n  /* one */\n  b: c; /* two */\n}\n\n/**\n * three\n */\nd\n";
        assert_eq!(without_comments(text), "a{b:c;/* two */}d");
    }

    #[test]
    fn classes_that_nobody_uses_go() {
        let unused =
            "export class IntoUnderlyingSink {\n    a(b(c));\n}\nif (Symbol.dispose) IntoUnderlyingSink.x = 1;\n";
        let registry = "const IntoUnderlyingSinkFinalization = x\n    ? { a: () => {} }\n    : new FinalizationRegistry(p => 1);\n";
        let used = "const a = 1;\nexport class Other {\n}\n";
        assert_eq!(without_unused(&[unused, used, registry].concat()), used);
    }
}
