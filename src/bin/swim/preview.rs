//! Link previews of all gallery entries, as files of a site.
//!
//! Law: an image is named only where it lies in the site already.

use std::fs;
use std::path::Path;
use sync_or_swim::scenario::{gallery, text};
use sync_or_swim::share::embed::preview::Preview;

/// Writes `s/ID.html`, and `oembed/ID.json` where the site's address is known, for every entry.
pub fn write_all(directory: &Path, site: Option<&str>) -> Result<(), Vec<String>> {
    for entry in gallery::ENTRIES {
        let parsed = text::parse(entry.text).map_err(|problems| {
            let told = problems.iter().map(|problem| format!("{}:{problem}", entry.id));
            told.collect::<Vec<_>>()
        })?;
        let preview = Preview {
            id: entry.id,
            title: entry.title,
            about: &parsed.scenario.about,
            site: site.unwrap_or("../"),
            image: size(&directory.join("posters").join(entry.id).with_extension("png")),
        };
        let page = directory.join("s").join(entry.id).with_extension("html");
        let answer = directory.join("oembed").join(entry.id).with_extension("json");
        write(&page, &preview.page()).map_err(|why| vec![why])?;
        if let Some(text) = preview.oembed() {
            write(&answer, &text).map_err(|why| vec![why])?;
        }
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    let directory = file.parent().map_or(Ok(()), fs::create_dir_all);
    let written = directory.and_then(|()| fs::write(file, text));
    written.map_err(|why| format!("{}: cannot be written: {why}", file.display()))
}

/// Width and height of a PNG (its header, W3C 11.2.2).
fn size(file: &Path) -> Option<(u32, u32)> {
    let bytes = fs::read(file).ok()?;
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}
