//! Columns of rows, while they are recorded: some rows go, and all find their order.
//!
//! Law: rows that stay keep their order, as far as it is not another one that is asked for.

/// Rows of a span or request that is not kept.
pub const FORGOTTEN: u32 = u32::MAX;

/// Keeps the rows that are wanted; yields the new number of each old one.
pub fn renumber<T>(rows: &mut Vec<T>, keep: impl Fn(&T) -> bool) -> Vec<u32> {
    let mut kept = 0;
    let numbers = rows
        .iter()
        .map(|row| {
            let number = if keep(row) { kept } else { FORGOTTEN };
            kept += keep(row) as u32;
            number
        })
        .collect();
    rows.retain(keep);
    numbers
}

/// Rows sorted by a small number, in their old order where it is the same.
pub fn by_place<T: Copy>(rows: &[T], place: fn(&T) -> usize) -> Vec<T> {
    let Some(first) = rows.first() else { return Vec::new() };
    let places = rows.iter().map(place).max().unwrap_or(0) + 1;
    let mut next = vec![0; places + 1];
    rows.iter().for_each(|row| next[place(row) + 1] += 1);
    (1..=places).for_each(|index| next[index] += next[index - 1]);
    let mut sorted = vec![*first; rows.len()];
    for row in rows {
        let next = &mut next[place(row)];
        sorted[*next] = *row;
        *next += 1;
    }
    sorted
}
