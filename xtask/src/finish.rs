//! What a built site still lacks when trunk has done its part; trunk's `post_build` hook calls this in its staging
//! directory, so that `trunk build` and `trunk serve` alike end here.
//!
//! ```text
//! *.wasm, *.js, *.css           ─▶ smaller (`slim`), in a release
//! backend.js + backend_bg.wasm  ─▶ backend-<id>.js, backend-<id>.wasm    the id is a hash of both
//! <meta name="backend">         ─▶ names backend-<id>.js                 where the page finds its Web Worker
//! src/bin/reader.rs             ─▶ reader-<id>.wasm                      without glue, which trunk would give it
//! <link data-reader>            ─▶ names reader-<id>.wasm                loaded ahead of the page's question for it
//! scenarios/*.json              ─▶ posters/, s/, oembed/                 for other pages (`preview`), in a release
//! src/bin/exchange.rs           ─▶ exchange-<id>.wasm                    in the same way, for when somebody brings a file
//! <meta name="exchange">        ─▶ names exchange-<id>.wasm              not loaded before that
//! <script data-wasm …>          ─▶ start-<id>.js                         no inline script: the content policy forbids it
//! index.html + embed.css        ─▶ embed.html, embed-<id>.css            the page for a frame
//! src/offline.js                ─▶ sw.js                                 the site without a network (`offline`), where it is published
//! ```

use crate::shell::Outcome;
use crate::site::Speed;
use crate::slim::{self, Wish};
use crate::{offline, place, preview, site};
use std::fs;
use std::path::{Path, PathBuf};

/// The element that trunk writes by `pattern_script` of `Trunk.toml`, up to the name of the glue script.
const START: &str = "<script type=\"module\" data-glue=\"";
const BACKEND: &str = "<meta name=\"backend\" content=\"";
const EXCHANGE: &str = "<meta name=\"exchange\" content=\"";
const READER: &str = "<link data-reader rel=\"preload\" href=\"";
/// Has the browser keep the site. Not in a frame, which keeps nothing; where that is not allowed, it goes without.
const KEEP: &str = "
  try {
    if (!/\\/embed(.html)?$/.test(location.pathname)) await navigator.serviceWorker?.register(\"sw.js\");
  } catch {}
";

/// Finishes the site in trunk's staging directory.
pub fn finish() -> Outcome<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let staging = staging.ok_or("`finish` is called by trunk, which says where: run `cargo xtask build` instead")?;
    let page = staging.join("index.html");
    let html = place::read(&page)?;
    let speed = match std::env::var("TRUNK_PROFILE").as_deref() {
        Ok("release") => Speed::Release,
        _ => Speed::Dev,
    };
    if speed == Speed::Release {
        slim(&staging)?;
    }
    let html = name(&html, BACKEND, &finish_backend(&staging)?)?;
    let html = name(&html, READER, &finish_module(&staging, "reader", speed)?)?;
    let html = name(&html, EXCHANGE, &finish_module(&staging, "exchange", speed)?)?;
    let is_kept = speed == Speed::Release && std::env::var_os(site::SERVED).is_none();
    let html = without_remarks(&finish_start(&staging, &html, is_kept)?);
    refuse_inline_scripts(&html)?;
    write(&page, html.as_bytes())?;
    finish_embed(&staging, &html)?;
    if is_kept {
        offline::make(&staging)?;
    }
    match speed {
        Speed::Release => preview::make(&staging),
        Speed::Dev => Ok(()),
    }
}

/// A page without comments and indentation; each comment is a line of its own.
fn without_remarks(html: &str) -> String {
    let lines = html.lines().map(str::trim);
    let kept: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("<!--"))
        .collect();
    kept.join("\n") + "\n"
}

/// Writes the page for a frame: the same with one style sheet more.
fn finish_embed(staging: &Path, html: &str) -> Outcome<()> {
    let sheet = staging.join("embed.css");
    let style = place::read(&sheet)?;
    let named = format!("embed-{}.css", id_of(&[style.as_bytes()]));
    fs::rename(&sheet, staging.join(&named)).map_err(|why| format!("cannot rename {}: {why}", sheet.display()))?;
    let (head, body) = html.split_once("</head>").ok_or("the page has no head")?;
    let embed = [head, "<link rel=\"stylesheet\" href=\"./", &named, "\"></head>", body].concat();
    write(&staging.join("embed.html"), embed.as_bytes())
}

/// Makes the files of a release small, and the backend's fast.
fn slim(staging: &Path) -> Outcome<()> {
    let entries = fs::read_dir(staging).map_err(|why| format!("cannot read {}: {why}", staging.display()))?;
    for file in entries.flatten().map(|entry| entry.path()) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match file.extension().and_then(|kind| kind.to_str()) {
            Some("wasm") => {
                let is_backend = name.starts_with("backend");
                let glue = file.with_file_name(name.replace("_bg.wasm", ".js"));
                let wish = if is_backend { Wish::Fast } else { Wish::Small };
                slim::slim_with_glue(&file, &glue, wish)?;
                slim::slim_script(&glue, !is_backend)?;
            }
            Some("css") => slim::slim_text(&file)?,
            Some("js") if name == site::ELEMENT => slim::slim_script(&file, false)?,
            _ => {}
        }
    }
    Ok(())
}

/// Gives the backend's files a build id; the glue starts itself. The name of its script.
fn finish_backend(staging: &Path) -> Outcome<String> {
    let (glue, module) = (staging.join("backend.js"), staging.join("backend_bg.wasm"));
    let script = place::read(&glue)?;
    let wasm = fs::read(&module).map_err(|why| format!("cannot read {}: {why}", module.display()))?;
    let id = id_of(&[script.as_bytes(), &wasm]);
    let renamed = staging.join(format!("backend-{id}.wasm"));
    fs::rename(&module, &renamed).map_err(|why| format!("cannot rename {}: {why}", module.display()))?;
    fs::remove_file(&glue).map_err(|why| format!("cannot remove {}: {why}", glue.display()))?;
    // A failure to start is thrown outside of the promise, where the page hears of it as the worker's `error` event.
    let start = format!(
        "\nwasm_bindgen({{ module_or_path: \"backend-{id}.wasm\" }}).catch((why) => setTimeout(() => {{ throw why; }}));\n"
    );
    write(&staging.join(format!("backend-{id}.js")), (script + &start).as_bytes())?;
    Ok(format!("backend-{id}.js"))
}

/// Builds a module without glue and puts it into the site. The name of its file.
fn finish_module(staging: &Path, program: &str, speed: Speed) -> Outcome<String> {
    let module = staging.join(format!("{program}.wasm"));
    let built = site::build_module(program, speed)?;
    fs::copy(&built, &module).map_err(|why| format!("cannot copy {}: {why}", built.display()))?;
    if speed == Speed::Release {
        slim::slim_wasm(&module, Wish::Small)?;
    }
    let wasm = fs::read(&module).map_err(|why| format!("cannot read {}: {why}", module.display()))?;
    let name = format!("{program}-{}.wasm", id_of(&[&wasm]));
    fs::rename(&module, staging.join(&name)).map_err(|why| format!("cannot rename {}: {why}", module.display()))?;
    Ok(name)
}

/// Puts the start of the page into a file of its own. A site that `is_kept` has a service worker.
fn finish_start(staging: &Path, html: &str, is_kept: bool) -> Outcome<String> {
    let missing = "index.html lacks the start element that `pattern_script` of Trunk.toml writes";
    let (head, rest) = html.split_once(START).ok_or(missing)?;
    let (attributes, tail) = rest.split_once("\"></script>").ok_or(missing)?;
    let (glue, wasm) = attributes.split_once("\" data-wasm=\"").ok_or(missing)?;
    let keep = if is_kept { KEEP } else { "" };
    let script = start_script(glue, wasm, keep);
    let name = format!("start-{}.js", id_of(&[script.as_bytes()]));
    write(&staging.join(&name), script.as_bytes())?;
    Ok(format!(
        "{head}<script type=\"module\" src=\"./{name}\"></script>{tail}"
    ))
}

/// Starts the page, then does `rest`; where that is impossible, the `#start` element of the page says so.
fn start_script(glue: &str, wasm: &str, rest: &str) -> String {
    format!(
        "import init from \"{glue}\";
init({{ module_or_path: new URL(\"{wasm}\", import.meta.url) }}).then(async () => {{{rest}}}, (why) => {{
  const start = document.getElementById(\"start\");
  if (start) start.textContent = `The playground could not start: ${{why}}`;
  throw why;
}});
"
    )
}

/// The text with another value behind `place`.
fn name(html: &str, place: &str, file: &str) -> Outcome<String> {
    let missing = || format!("index.html lacks `{place}…\"`");
    let (head, rest) = html.split_once(place).ok_or_else(missing)?;
    let (_, tail) = rest.split_once('"').ok_or_else(missing)?;
    Ok(format!("{head}{place}./{file}\"{tail}"))
}

/// The content policy lets no inline script run; one that trunk or somebody adds should fail here, not in a browser.
fn refuse_inline_scripts(html: &str) -> Outcome<()> {
    let mut tags = html.split("<script").skip(1).filter_map(|rest| rest.split_once('>'));
    match tags.find(|(attributes, _)| !attributes.contains(" src=")) {
        None => Ok(()),
        Some((attributes, _)) => Err(format!(
            "index.html has an inline script `<script{attributes}>`: give it a file"
        )),
    }
}

/// A short name for content: FNV-1a (Fowler, Noll, Vo 1991), 64 bits.
pub fn id_of(parts: &[&[u8]]) -> String {
    let bytes = parts.iter().flat_map(|part| part.iter());
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3)
    });
    format!("{hash:016x}")
}

fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    fs::write(path, bytes).map_err(|why| format!("cannot write {}: {why}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inline_script_is_refused() {
        assert!(refuse_inline_scripts("<script src=\"a.js\"></script>").is_ok());
        assert!(refuse_inline_scripts("<script src=\"a.js\"></script><script>a()</script>").is_err());
    }

    #[test]
    fn the_page_names_the_built_backend() {
        let html = "<meta name=\"backend\" content=\"backend.js\"><p>";
        let named = name(html, BACKEND, "backend-1.js");
        assert_eq!(
            named,
            Ok("<meta name=\"backend\" content=\"./backend-1.js\"><p>".to_owned())
        );
        assert!(name("<p>", BACKEND, "backend-1.js").is_err());
    }

    #[test]
    fn different_content_has_different_ids() {
        assert_eq!(id_of(&[b""]), "cbf29ce484222325");
        assert_ne!(id_of(&[b"a"]), id_of(&[b"b"]));
    }
}
