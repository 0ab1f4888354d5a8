//! What other programs wrote, from a file to a scenario, and what its reader should know.

use std::io::Read;
use sync_or_swim::import::{self, Format, Imported};
use sync_or_swim::scenario::node::FOREIGN_LIMIT;
use sync_or_swim::scenario::problem::Problem;

/// The import of a file or of standard input, or what is wrong with it, a problem a line.
pub fn imported(word: &str, format: Option<Format>) -> Result<Imported, Vec<String>> {
    let (name, bytes) = match word {
        "-" => ("<stdin>", read(std::io::stdin().lock())),
        file => (file, std::fs::File::open(file).and_then(read)),
    };
    let bytes = bytes.map_err(|why| vec![format!("{name}: cannot be read: {why}")])?;
    let placed = |problem: &Problem| format!("{name}:{}", problem.to_string().replacen(' ', ": ", 1));
    import::read(&bytes, format).map_err(|problems| problems.iter().map(placed).collect())
}

/// Reads one byte more than may be, so that an endless input is refused by its length.
fn read(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(FOREIGN_LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What was assumed and what was ignored, a line each.
pub fn notes(imported: &Imported) -> Vec<String> {
    let told = |kind: &'static str, notes: &[String]| -> Vec<String> {
        notes.iter().map(|note| format!("{kind}: {note}")).collect()
    };
    let head = vec![format!("read as {}", imported.format.title())];
    [
        head,
        told("assumed", &imported.assumptions),
        told("ignored", &imported.ignored),
    ]
    .concat()
}
