//! Runs `swim` and reads what it prints.

use serde_json::{Map, Value};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub fn swim(arguments: &[&str]) -> Output {
    swim_reading(arguments, "")
}

pub fn swim_reading(arguments: &[&str], input: &str) -> Output {
    answer(Command::new(env!("CARGO_BIN_EXE_swim")).args(arguments), input)
}

pub fn answer(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // One that does not read its input has closed it by now, perhaps.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// What was printed by a command that must have succeeded in silence.
pub fn printed(arguments: &[&str]) -> String {
    quiet(arguments, swim(arguments))
}

pub fn quiet(arguments: &[&str], output: Output) -> String {
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub fn report(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

/// A file of this test with this text.
pub fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

pub fn map(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value} is no map"))
}
