//! The playground on a local port, rebuilt when a file changes.
//!
//! Law: what is seen is what was built last. No service worker is served, so that nothing outlives the server.

use crate::shell::{self, Outcome};
use crate::{place, setup, site};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

const PORT: u16 = 8080;
/// Ports that are tried in order when none is asked for.
const TRIES: u16 = 20;
const PATIENCE: u32 = 60 * 60;

/// Sets up what is missing, builds and serves until it is interrupted; the address is printed once it answers.
pub fn serve(words: &[&str]) -> Outcome<()> {
    let (port, rest) = port(words)?;
    let speed = site::speed(&rest)?;
    let tools = setup::for_build()?;
    shell::say("building the playground (some minutes the first time, then seconds)");
    forget_last_build()?;
    announce_later(port)?;
    let mut trunk = site::trunk(&tools, "serve", speed)?;
    trunk.arg(format!("--port={port}")).env(site::SERVED, "true");
    become_process(trunk)
}

/// Without this, a build that fails would leave the last one to be served and announced in its place.
fn forget_last_build() -> Outcome<()> {
    let page = place::dist().join("index.html");
    match std::fs::remove_file(&page) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {why}", page.display()))
        }
        _ => Ok(()),
    }
}

fn port<'a>(words: &[&'a str]) -> Outcome<(u16, Vec<&'a str>)> {
    let Some(at) = words.iter().position(|word| *word == "--port") else {
        let free = (PORT..PORT + TRIES).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok());
        let port = free.ok_or("the ports from 8080 to 8099 are taken: choose one by --port")?;
        return Ok((port, words.to_vec()));
    };
    let port = words
        .get(at + 1)
        .and_then(|word| word.parse().ok())
        .ok_or("--port takes a number, such as 8080")?;
    let rest = words[..at].iter().chain(&words[at + 2..]).copied().collect();
    Ok((port, rest))
}

/// Starts a small process that waits for the server and prints its address: this one is about to become the server.
fn announce_later(port: u16) -> Outcome<()> {
    let own = std::env::current_exe().map_err(|why| why.to_string())?;
    let child = Command::new(own)
        .args(["announce", &port.to_string()])
        .stdin(Stdio::null())
        .spawn();
    child
        .map(drop)
        .map_err(|why| format!("cannot start the announcer: {why}"))
}

/// Prints the address once it answers; gives up when the server is gone.
pub fn announce(words: &[&str]) -> Outcome<()> {
    let (port, _) = port(&["--port", words.first().copied().unwrap_or_default()])?;
    let server = parent();
    for _ in 0..PATIENCE {
        if answers(port) {
            println!("\n▸ Sync or Swim plays at http://127.0.0.1:{port}/   (Ctrl-C ends it)\n");
            return Ok(());
        }
        if parent() != server {
            return Ok(());
        }
        std::thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

fn answers(port: u16) -> bool {
    let mut head = [0; 12];
    let answer = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).and_then(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n")?;
        stream.read_exact(&mut head)
    });
    answer.is_ok() && head.ends_with(b" 200")
}

#[cfg(unix)]
fn become_process(mut command: Command) -> Outcome<()> {
    use std::os::unix::process::CommandExt;
    let why = command.exec();
    Err(format!("cannot start `{}`: {why}", shell::words(&command)))
}

#[cfg(not(unix))]
fn become_process(mut command: Command) -> Outcome<()> {
    shell::run(&mut command)
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_out_of_the_words() {
        assert_eq!(port(&["--dev", "--port", "9000"]), Ok((9000, vec!["--dev"])));
        assert!(port(&["--port"]).is_err());
    }
}
