//! What the built site may weigh, gzipped, as a host sends it.

use crate::shell::Outcome;
use crate::{place, site};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The files of one budget.
struct Budget {
    name: &'static str,
    /// In thousands of bytes, gzipped.
    kilobytes: usize,
    is_part: fn(&str) -> bool,
    /// Whether a browser loads only one of its files: the heaviest counts.
    is_one: bool,
}

const BUDGETS: [Budget; 7] = [
    Budget {
        name: "backend",
        kilobytes: 100,
        is_part: is_backend,
        is_one: false,
    },
    Budget {
        name: "page",
        kilobytes: 150,
        is_part: is_page,
        is_one: false,
    },
    Budget {
        name: "reader",
        kilobytes: 255,
        is_part: is_reader,
        is_one: false,
    },
    Budget {
        name: "element",
        kilobytes: 5,
        is_part: is_element,
        is_one: false,
    },
    Budget {
        name: "poster",
        kilobytes: 60,
        is_part: is_poster,
        is_one: true,
    },
    Budget {
        name: "exchange",
        // It prints reports as the command line does, by serde_json, and what can never keep up.
        kilobytes: 290,
        is_part: is_exchange,
        is_one: false,
    },
    Budget {
        name: "offline",
        kilobytes: 2,
        is_part: is_offline,
        is_one: false,
    },
];

fn is_backend(file: &str) -> bool {
    file.starts_with("backend-")
}

fn is_reader(file: &str) -> bool {
    file.starts_with("reader-")
}

/// What a page that embeds loads before a reader wants more, without the poster.
fn is_element(file: &str) -> bool {
    file == site::ELEMENT
}

/// The picture that stands in an embed's place until then.
fn is_poster(file: &str) -> bool {
    file.ends_with(".svg")
}

fn is_exchange(file: &str) -> bool {
    file.starts_with("exchange-")
}

/// What a browser loads once the page is shown, beside the files that the page has loaded.
fn is_offline(file: &str) -> bool {
    file == site::OFFLINE
}

/// All that a browser loads to show the page.
fn is_page(file: &str) -> bool {
    let kind = Path::new(file)
        .extension()
        .and_then(|kind| kind.to_str())
        .unwrap_or_default();
    let others = [is_backend, is_reader, is_element, is_exchange, is_offline];
    !others.iter().any(|is_part| is_part(file))
        && !file.starts_with("embed")
        && (file == "index.html" || ["js", "css", "wasm"].contains(&kind))
}

/// Prints the sizes of the built site; an error if one is over its budget.
pub fn check() -> Outcome<()> {
    let mut files = Vec::new();
    collect(&place::dist(), &mut files)?;
    let sizes = files.iter().map(|file| gzipped(file).map(|size| (name_of(file), size)));
    let sizes: Vec<(String, usize)> = sizes.collect::<Outcome<_>>()?;
    let over: Vec<String> = BUDGETS
        .iter()
        .filter_map(|budget| check_budget(budget, &sizes).err())
        .collect();
    if over.is_empty() { Ok(()) } else { Err(over.join("\n")) }
}

fn check_budget(budget: &Budget, sizes: &[(String, usize)]) -> Outcome<()> {
    let heaviest = sizes
        .iter()
        .filter(|(name, _)| (budget.is_part)(name))
        .max_by_key(|(_, size)| size);
    let counts = |part: &&(String, usize)| match budget.is_one {
        true => heaviest == Some(*part),
        false => (budget.is_part)(&part.0),
    };
    let parts = || sizes.iter().filter(counts);
    let total: usize = parts().map(|(_, size)| size).sum();
    let allowed = budget.kilobytes * 1000;
    println!(
        "size {}: {:.1} KB of {} KB, gzipped",
        budget.name,
        total as f64 / 1e3,
        budget.kilobytes
    );
    for (name, size) in parts() {
        println!("  {:>7.1} KB  {name}", *size as f64 / 1e3);
    }
    match total {
        0 => Err(format!("the site has no files of `{}`", budget.name)),
        over if over > allowed => Err(format!("{} weighs {over} bytes and may weigh {allowed}", budget.name)),
        _ => Ok(()),
    }
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    let failed = |why: std::io::Error| format!("cannot read {}: {why}", directory.display());
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        match path.is_dir() {
            true if is_hidden => {} // what trunk left there when a build failed
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    files.sort();
    Ok(())
}

fn name_of(file: &Path) -> String {
    file.strip_prefix(place::dist())
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/")
}

fn gzipped(file: &Path) -> Outcome<usize> {
    let failed = |why: std::io::Error| format!("cannot read {}: {why}", file.display());
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&fs::read(file).map_err(failed)?).map_err(failed)?;
    encoder.finish().map(|bytes| bytes.len()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: Budget = Budget {
        name: "page",
        kilobytes: 1,
        is_part: is_page,
        is_one: false,
    };

    fn check(sizes: &[(&str, usize)]) -> Outcome<()> {
        let sizes: Vec<(String, usize)> = sizes.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
        check_budget(&BUDGET, &sizes)
    }

    #[test]
    fn a_budget_counts_its_own_files() {
        assert!(
            check(&[
                ("index.html", 500),
                ("a.js", 500),
                ("backend-1.js", 500),
                ("reader-1.wasm", 500),
                ("element.js", 500),
                ("exchange-1.wasm", 500),
                ("sw.js", 500),
                ("poster.png", 500)
            ])
            .is_ok()
        );
    }

    #[test]
    fn one_byte_too_many_or_none_at_all_is_an_error() {
        assert!(check(&[("index.html", 500), ("style/main.css", 501)]).is_err());
        assert!(check(&[("poster.png", 500)]).is_err());
    }

    #[test]
    fn of_files_of_which_one_is_loaded_the_heaviest_counts() {
        let budget = Budget { is_one: true, ..BUDGET };
        let sizes = |heaviest: usize| [("a.js".to_string(), 600), ("b.js".to_string(), heaviest)];
        assert_eq!(check_budget(&budget, &sizes(1000)), Ok(()));
        assert!(check_budget(&BUDGET, &sizes(1000)).is_err());
        assert!(check_budget(&budget, &sizes(1001)).is_err());
    }
}
