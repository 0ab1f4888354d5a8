//! `swim picture`: a picture is a file that opens again.

use crate::swim::{file, printed, swim};
use std::path::{Path, PathBuf};
use sync_or_swim::scenario::gallery;
use sync_or_swim::share::open::open;

const VIEWS: [&str; 4] = ["lanes", "topology", "waterfall", "sequence"];

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn drawn(name: &str, arguments: &[&str]) -> Vec<u8> {
    let place = place(name);
    let words = [&["picture"], arguments, &["-o", place.to_str().unwrap()]].concat();
    assert_eq!(printed(&words), "");
    std::fs::read(place).unwrap()
}

#[test]
fn every_view_opens_again_as_its_scenario() {
    let text = gallery::entry("checkout").unwrap().text;
    let (mut files, mut kinds) = (Vec::new(), [&b"<svg"[..], b"\x89PNG\r\n\x1a\n"].into_iter().cycle());
    for view in VIEWS {
        for ending in ["svg", "png"] {
            let bytes = drawn(
                &format!("{view}.{ending}"),
                &["checkout", "--view", view, "--seed", "7"],
            );
            let origin = open(&bytes).unwrap();
            assert_eq!((origin.text.as_str(), origin.seed), (text, Some(7)), "{view}.{ending}");
            assert!(bytes.starts_with(kinds.next().unwrap()), "{view}.{ending}");
            files.push(bytes);
        }
    }
    // The seed of the picture, whatever the text says.
    let seeded = place("seeded.svg");
    let seeded = seeded.to_str().unwrap();
    printed(&["picture", "checkout", "--view", "topology", "--seed", "3", "-o", seeded]);
    let opened = swim(&["open", seeded]);
    assert_eq!(String::from_utf8(opened.stdout).unwrap(), text);
    assert!(String::from_utf8(opened.stderr).unwrap().contains("its seed is 3"));
    let digest = |arguments: &[&str]| printed(&[&["run", "--json", "--duration", "10s"], arguments].concat());
    assert_eq!(digest(&[seeded]), digest(&["checkout", "--seed", "3"]));
    assert_ne!(digest(&[seeded]), digest(&["checkout"]));
    let again = drawn("again.png", &["checkout", "--view", "lanes", "--seed", "7"]);
    assert!(files.contains(&again), "the same bytes every time");
    let dark = drawn(
        "dark.png",
        &["checkout", "--view", "lanes", "--seed", "7", "--theme", "dark"],
    );
    assert_ne!(dark, again);
}

#[test]
fn letters_come_with_the_program() {
    // Two names that differ in nothing but their letters give other pixels.
    let scenario = |name: &str| {
        format!(
            r#"{{"format": "sync-or-swim/1", "run": {{"duration": "1s"}}, "clients": {{"c": {{"arrivals": "poisson(20/s)"}}}},
                "services": {{"{name}": {{"work": "1ms"}}}}, "edges": [{{"from": "c", "to": "{name}"}}]}}"#
        )
    };
    let pixels = ["iiii", "wwww"].map(|name| {
        let file = file(&format!("{name}.json"), &scenario(name));
        let png = drawn(&format!("{name}.png"), &[file.to_str().unwrap(), "--view", "topology"]);
        let start = png.windows(4).position(|kind| kind == b"IDAT").unwrap();
        png[start..].to_vec()
    });
    assert_ne!(pixels[0], pixels[1]);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    for (words, status, told) in [
        (
            &["--view", "lanes", "-o", "x.gif"][..],
            2,
            "x.gif: a picture is written as FILE.svg or FILE.png\n",
        ),
        (
            &["--view", "lanes", "--at", "200s", "-o", "x.svg"],
            2,
            "--at 200s: the run is over after 120s\n",
        ),
        (
            &["--view", "lanes", "--window", "0s", "-o", "x.svg"],
            2,
            "--window 0s: it must be longer than nothing\n",
        ),
        (
            &["--view", "waterfall", "--window", "1s", "-o", "x.svg"],
            2,
            "--window is the time that lanes show: it goes with --view lanes\n",
        ),
        (
            &["--view", "topology", "--rank", "2", "-o", "x.svg"],
            2,
            "a request is chosen for --view waterfall or sequence\n",
        ),
        (
            &[
                "--view", "sequence", "--client", "nobody", "--number", "1", "-o", "x.svg",
            ],
            1,
            "there is no client `nobody`; there is shoppers\n",
        ),
    ] {
        let output = swim(&[&["picture", "checkout"], words].concat());
        assert_eq!(String::from_utf8(output.stderr).unwrap(), told);
        assert_eq!(output.status.code(), Some(status), "{told}");
    }
}
