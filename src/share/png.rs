//! A PNG file that says what it is a picture of.
//!
//! ```text
//! signature │ IHDR │ iTXt "sync-or-swim" <scenario …> │ … IDAT … │ IEND       a chunk: length, kind, data, CRC-32
//! ```
//!
//! Law: the pixels and all other chunks stay as they are; a chunk is read only where it lies inside of the file, and ours
//! only where its check sum is right. (PNG, third edition, W3C 2025: 5.3 chunk layout, 11.3.3.4 iTXt.)

use super::saved::{self, damaged};
use super::svg::stranger;
use crate::protocol::Origin;
use crate::scenario::problem::Problem;

/// How every PNG begins.
pub const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// The kind of our chunk.
const TEXT: &[u8; 4] = b"iTXt";
/// How our chunk begins: the keyword, not compressed, and neither a language nor a keyword in it.
const HEAD: &[u8] = b"sync-or-swim\0\0\0\0\0";
/// Kind, length and check sum of a chunk, in bytes.
const FRAME: usize = 12;

struct Chunk<'a> {
    kind: &'a [u8],
    data: &'a [u8],
    /// As the file says it.
    sum: u32,
}

impl Chunk<'_> {
    fn is_ours(&self) -> bool {
        self.kind == TEXT && self.data.starts_with(&HEAD[..13])
    }
}

/// Puts what a picture is of into it.
pub fn inscribe(png: &[u8], origin: &Origin) -> Result<Vec<u8>, Problem> {
    let first = png.strip_prefix(&SIGNATURE).and_then(next);
    let Some((_, rest)) = first.filter(|(chunk, _)| chunk.kind == b"IHDR") else {
        return Err(damaged("this is no PNG"));
    };
    let (head, rest) = png.split_at(png.len() - rest.len());
    let body = [TEXT, HEAD, saved::write(origin).as_bytes()].concat();
    let length = (body.len() - TEXT.len()) as u32;
    Ok([head, &length.to_be_bytes(), &body, &sum(&body).to_be_bytes(), rest].concat())
}

/// What the file is a picture of.
pub fn find(png: &[u8]) -> Result<Origin, Problem> {
    let mut rest = png.strip_prefix(&SIGNATURE).unwrap_or_default();
    while let Some((chunk, after)) = next(rest) {
        match chunk.kind {
            _ if chunk.is_ours() => return read(&chunk),
            b"IEND" => return Err(stranger("PNG")),
            _ => rest = after,
        }
    }
    Err(damaged("this PNG ends in the middle"))
}

/// The next chunk, and what is behind it; none where it does not lie inside of the file.
fn next(rest: &[u8]) -> Option<(Chunk<'_>, &[u8])> {
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    if rest.len() < FRAME - 4 || rest.len() - (FRAME - 4) < length {
        return None;
    }
    let (kind, rest) = rest.split_at(4);
    let (data, rest) = rest.split_at(length);
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let sum = u32::from_be_bytes(*sum);
    Some((Chunk { kind, data, sum }, rest))
}

fn read(chunk: &Chunk) -> Result<Origin, Problem> {
    if sum(&[chunk.kind, chunk.data].concat()) != chunk.sum {
        return Err(damaged("the scenario in this PNG is damaged"));
    }
    let Some(text) = chunk.data.strip_prefix(HEAD) else {
        return Err(damaged("another program has rewritten the scenario in this PNG"));
    };
    let element = std::str::from_utf8(text).map_err(|_| damaged("the scenario in this PNG is no text"))?;
    saved::find(element)?.ok_or_else(|| damaged("the scenario in this PNG is damaged"))
}

/// CRC-32 (PNG, annex D), bit by bit: short, and a text has few bits.
fn sum(bytes: &[u8]) -> u32 {
    let bit = |sum: u32, _| match sum & 1 {
        1 => 0xEDB8_8320 ^ (sum >> 1),
        _ => sum >> 1,
    };
    !bytes
        .iter()
        .fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), bit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let body = [&kind[..], data].concat();
        [&(data.len() as u32).to_be_bytes(), &body[..], &sum(&body).to_be_bytes()].concat()
    }

    /// Chunks that look like those of a canvas.
    fn plain() -> Vec<u8> {
        let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0]);
        let pixels = chunk(b"IDAT", &[1, 2, 3, 0xff]);
        [&SIGNATURE[..], &header, &pixels, &chunk(b"IEND", &[])].concat()
    }

    fn saved(text: String) -> Origin {
        Origin { text, seed: Some(3) }
    }

    #[test]
    fn the_check_sum_is_that_of_every_png() {
        assert_eq!(chunk(b"IEND", &[])[8..], [0xAE, 0x42, 0x60, 0x82]);
        assert_eq!(sum(b"123456789"), 0xCBF4_3926);
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_the_rest_stays(text in any::<String>()) {
            let kept = inscribe(&plain(), &saved(text.clone())).unwrap();
            prop_assert_eq!(find(&kept), Ok(saved(text)));
            let plain = plain();
            prop_assert!(kept.starts_with(&plain[..33]) && kept.ends_with(&plain[33..]));
        }

        #[test]
        fn foreign_bytes_are_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..350usize, by: u8) {
            let _ = find(&[&SIGNATURE[..], &bytes].concat());
            let mut kept = inscribe(&plain(), &saved("a".repeat(200))).unwrap();
            kept[at] ^= by;
            prop_assert!(find(&kept) == find(&inscribe(&plain(), &saved("a".repeat(200))).unwrap()) || find(&kept).is_err());
        }
    }

    #[test]
    fn other_chunks_do_not_disturb() {
        let kept = inscribe(&plain(), &saved("a".to_string())).unwrap();
        let other = [
            chunk(b"tEXt", b"Title\0x"),
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"),
        ]
        .concat();
        let between = [&kept[..33], &other, &kept[33..], b"behind the end"].concat();
        assert_eq!(find(&between), Ok(saved("a".to_string())));
    }

    #[test]
    fn what_is_cut_or_rewritten_is_told() {
        let kept = inscribe(&plain(), &saved("a".to_string())).unwrap();
        let ours = kept.len() - plain().len() + 33;
        for end in 8..ours {
            assert!(
                find(&kept[..end]).unwrap_err().message.contains("ends in the middle"),
                "{end}"
            );
        }
        assert!(find(&plain()).unwrap_err().message.contains("carries no scenario"));
        let squeezed = chunk(TEXT, b"sync-or-swim\0\x01\0\0\0squeezed");
        let rewritten = [&plain()[..33], &squeezed, &plain()[33..]].concat();
        assert!(find(&rewritten).unwrap_err().message.contains("another program"));
        let huge = [&SIGNATURE[..], &[0xff; 4], b"IDAT"].concat();
        assert!(find(&huge).is_err());
        assert!(inscribe(b"GIF89a", &saved(String::new())).is_err());
    }
}
