//! The bytes of a WebAssembly module, as far as they are read and written here.
//!
//! ```text
//! "\0asm" version │ kind, length, body │ kind, length, body │ …        lengths are LEB128 numbers
//! ```
//!
//! Law: bytes that are no module are none, never a panic. (WebAssembly core specification 2.0, 5.2 and 5.5.)

/// The kinds and the contents of all sections.
pub fn sections(module: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0")?;
    let mut sections = Vec::new();
    while let Some((kind, body)) = rest.split_first() {
        let (length, body) = number(body)?;
        let (section, next) = body.split_at_checked(length)?;
        sections.push((*kind, section));
        rest = next;
    }
    Some(sections)
}

/// Writes a section behind the others.
pub fn add_section(module: &mut Vec<u8>, kind: u8, body: &[u8]) {
    module.push(kind);
    write(module, body.len());
    module.extend(body);
}

/// An unsigned LEB128 number and what follows it.
pub fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

/// Writes an unsigned LEB128 number.
pub fn write(bytes: &mut Vec<u8>, mut number: usize) {
    while number > 0x7F {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
