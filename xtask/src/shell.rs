//! Running other programs: quietly with a heartbeat and a log, or in the open.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A result whose error is a sentence for the person at the terminal.
pub type Outcome<T> = Result<T, String>;

const HEARTBEAT: Duration = Duration::from_secs(20);
const TAIL: usize = 40;

/// Announces a step.
pub fn say(step: &str) {
    eprintln!("▸ {step}");
}

/// Runs a long step with its output in `log`: prints the step, a line every 20 s, and the log's end if it fails.
pub fn run_logged(step: &str, log: &Path, command: &mut Command) -> Outcome<()> {
    say(step);
    let begun = Instant::now();
    let file = File::create(log).map_err(|why| format!("cannot write {}: {why}", log.display()))?;
    let twin = file.try_clone().map_err(|why| why.to_string())?;
    command.stdin(Stdio::null()).stdout(file).stderr(twin);
    let status = wait_with_heartbeat(command, log, begun)?;
    if !status.success() {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        return Err(format!(
            "{step}: {status}\n{}\n(all of it in {})",
            tail(&text),
            log.display()
        ));
    }
    eprintln!("  done in {}", human(begun.elapsed()));
    Ok(())
}

fn wait_with_heartbeat(command: &mut Command, log: &Path, begun: Instant) -> Outcome<ExitStatus> {
    let mut child = command.spawn().map_err(|why| cannot_start(command, &why))?;
    let mut last = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|why| why.to_string())? {
            return Ok(status);
        }
        if last.elapsed() >= HEARTBEAT {
            last = Instant::now();
            let text = std::fs::read_to_string(log).unwrap_or_default();
            let line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
            eprintln!("  {} … {}", human(begun.elapsed()), line.trim());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Runs a command whose output belongs on the screen.
pub fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(|why| cannot_start(command, &why))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("`{}`: {status}", words(command))),
    }
}

/// Runs a command, shows its output and keeps those lines of it that `keep` chooses.
pub fn run_keeping(command: &mut Command, keep: fn(&str) -> bool) -> (Vec<String>, Outcome<()>) {
    let mut kept = Vec::new();
    let outcome = show_and_keep(command, keep, &mut kept);
    (kept, outcome)
}

fn show_and_keep(command: &mut Command, keep: fn(&str) -> bool, kept: &mut Vec<String>) -> Outcome<()> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| cannot_start(command, &why))?;
    for line in child
        .stdout
        .take()
        .map(BufReader::new)
        .into_iter()
        .flat_map(BufRead::lines)
    {
        let line = line.unwrap_or_default();
        println!("{line}");
        if keep(&line) {
            kept.push(line);
        }
    }
    let status = child.wait().map_err(|why| why.to_string())?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("`{}`: {status}", words(command))),
    }
}

/// What a command prints, if it can be started and succeeds.
pub fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The program as it would be typed.
pub fn words(command: &Command) -> String {
    let parts = std::iter::once(command.get_program()).chain(command.get_args());
    parts.map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// `75 s` below two minutes, `3 min 20 s` above.
pub fn human(time: Duration) -> String {
    match time.as_secs() {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        seconds @ 10..120 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn cannot_start(command: &Command, why: &std::io::Error) -> String {
    format!("cannot start `{}`: {why}", words(command))
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL)..].join("\n")
}
