//! The project's own commands, `cargo xtask …`.
//!
//! ```text
//! serve ─┐                 ┌─ setup: what is missing, once per user and version
//! build ─┼─▶ setup ─▶ trunk ─▶ finish (a hook of trunk: build ids, no inline script)
//! test ──┘      └──▶ the checks, in the order of the table in `check`
//! ```
//!
//! Law: a command sets up what it needs or names the exact command that would; a second run sets up nothing.

mod bench;
mod check;
mod dead;
mod finish;
mod module;
mod offline;
mod order;
mod place;
mod preview;
mod recipe;
mod serve;
mod setup;
mod shell;
mod site;
mod size;
mod slim;

use shell::Outcome;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask COMMAND

  serve [--port N] [--dev]   set up what is missing, build the playground, serve it and print its address
  build [--dev]              build the static site into dist/
  test [CHECK ...]           run every check, or only those named; `test --list` names them
  bench [WORKLOAD ...] [--rounds N] [--peer DIR]
                             time the engine, native and as WebAssembly, by turns with the bare loop in DIR
  frames                     time the frames of the lanes on the built site, with 1,000 lanes and a million spans
  flip                       time a flip of the built site until its figures are there, of 100,000 requests
  recipes [NAME ...]         build the sites of docs/embedding with their tools and look at them in Chromium
  env                        set up what a build needs and print it as a shell line: eval \"$(cargo xtask env)\"
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rest: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    match run(words.first().map(String::as_str), &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("\nxtask: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Option<&str>, rest: &[&str]) -> Outcome<()> {
    match command {
        Some("serve") => serve::serve(rest),
        Some("announce") => serve::announce(rest),
        Some("build") => site::build(&setup::for_build()?, site::speed(rest)?),
        Some("finish") => finish::finish(),
        Some("test") => check::run(rest),
        Some("bench") => bench::run(rest),
        Some("frames") => check::time("frames.js"),
        Some("flip") => check::time("flip.js"),
        Some("recipes") => recipe::run(rest),
        Some("for-node") => bench::for_node(rest),
        Some("env") => print_env(),
        None | Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(format!("`{other}` is not a command\n\n{USAGE}")),
    }
}

fn print_env() -> Outcome<()> {
    let tools = setup::for_build()?;
    println!("export PATH=\"{}\"", tools.search_path()?.to_string_lossy());
    Ok(())
}
