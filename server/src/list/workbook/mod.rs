//! Lists that are workbooks.

mod archive;
mod biff;
mod biff_text;
mod compound;
mod scan;
mod sheet;
mod xls;
mod xlsx;

pub(crate) use xls::read_xls;
pub(crate) use xlsx::read_xlsx;
