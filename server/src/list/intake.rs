//! Takes the rows of a file, whatever its kind, and makes a list of them: finds the header, tells
//! cases from headers, footers and blank rows, and puts doubled rows together.

use super::cell::{Cell, Loss, column_letters};
use super::error::ListError;
use super::format::Format;
use super::header::{Field, Header, HeaderFault};
use super::limits::Limits;
use super::merge;
use super::note::{Against, LostCell, Note, NoteKind, RejectReason, Rejected};
use super::place::Place;
use super::read_list::ReadList;
use super::repairs::{RepairKind, RepairShown, Repairs};
use super::row::{CaseRow, Fields, RowFault, read_number, read_row};
use chrono::{Datelike, NaiveDate};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Rows with content among which the header is looked for.
pub(crate) const HEADER_ROWS_MAX: usize = 30;
/// Rows that show how the rows of an export usually end.
const USUAL_FROM_ROWS: u64 = 3;
/// Repairs and lost cells that the preview shows one by one.
const SHOWN_MAX: usize = 1_000;

/// A case that was read, with what is needed to judge another row of it.
struct Stored {
    row: CaseRowKept,
    place: (u64, u32),
}

struct CaseRowKept {
    /// The row had more cells than the header, the last of them blank.
    wide: bool,
    case: super::case::ListCase,
    lost: Fields,
    long_numeric_id: bool,
    /// Contradicted by another row; no case any more.
    set_aside: bool,
}

/// The rows of one file on their way to a list.
pub(crate) struct Intake<'l> {
    limits: &'l Limits,
    this_year: i32,
    /// Rows wider than the header are shifted (text), or have remarks beside the table (sheets).
    wide_rows_shift: bool,
    sheets: Vec<Option<String>>,
    from_1904: bool,
    /// Columns of the next row that regions above it filled.
    filled: Vec<usize>,
    header: Option<Header>,
    list_header: Option<(Header, usize)>,
    header_is_new: bool,
    nearest: Option<(u64, usize, Vec<String>)>,
    searched: usize,
    title_rows: u64,
    last_row: u64,
    rows_total: u64,
    rows_with_content: u64,
    blank_pending: u64,
    /// Rows of cases, those with more cells than the header, and whether the last is one.
    case_rows: u64,
    wide_rows: u64,
    wide_row: bool,
    /// Cells of the last row, and whether every row before it reached the header's width.
    last_width: Option<usize>,
    all_full: bool,
    damaged_rows: u64,
    footer_said: Option<(u64, u64)>,
    kept_bytes: usize,
    columns: BTreeSet<Field>,
    unknown: BTreeSet<String>,
    stored: Vec<Stored>,
    by_id: HashMap<String, usize>,
    by_number: HashMap<String, usize>,
    repairs: Repairs,
    repaired: Vec<RepairShown>,
    rejected: Vec<Rejected>,
    lost_cells: Vec<LostCell>,
    lost_cells_total: u64,
    notes: Vec<Note>,
    set_aside: BTreeSet<String>,
}

impl<'l> Intake<'l> {
    pub(crate) fn new(today: NaiveDate, limits: &'l Limits) -> Self {
        Self {
            limits,
            this_year: today.year(),
            wide_rows_shift: true,
            sheets: vec![None],
            from_1904: false,
            filled: Vec::new(),
            header: None,
            list_header: None,
            header_is_new: false,
            nearest: None,
            searched: 0,
            title_rows: 0,
            last_row: 0,
            rows_total: 0,
            rows_with_content: 0,
            blank_pending: 0,
            case_rows: 0,
            wide_rows: 0,
            wide_row: false,
            last_width: None,
            all_full: true,
            damaged_rows: 0,
            footer_said: None,
            kept_bytes: 0,
            columns: BTreeSet::new(),
            unknown: BTreeSet::new(),
            stored: Vec::new(),
            by_id: HashMap::new(),
            by_number: HashMap::new(),
            repairs: Repairs::default(),
            repaired: Vec::new(),
            rejected: Vec::new(),
            lost_cells: Vec::new(),
            lost_cells_total: 0,
            notes: Vec::new(),
            set_aside: BTreeSet::new(),
        }
    }

    /// Adds a note on the file.
    pub(crate) fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Whether bare numbers in columns of dates count from 1904.
    pub(crate) fn count_from_1904(&mut self, from_1904: bool) {
        self.from_1904 = from_1904;
    }

    /// Columns of the next row that merged cells above it filled.
    pub(crate) fn filled_from_above(&mut self, columns: Vec<usize>) {
        self.filled = columns;
    }

    /// Begins a sheet of a workbook; its header is looked for anew.
    pub(crate) fn begin_sheet(&mut self, name: &str) {
        self.wide_rows_shift = false;
        self.sheets.push(Some(name.to_owned()));
        self.header = None;
        self.searched = 0;
        self.title_rows = 0;
        self.last_row = 0;
        self.blank_pending = 0;
    }

    /// Ends a sheet.
    ///
    /// # Errors
    /// It is a list of other columns than a sheet before.
    pub(crate) fn end_sheet(&mut self) -> Result<(), ListError> {
        let sheet = self.sheets.len() - 1;
        let name = self.sheets[sheet].clone().unwrap_or_default();
        let Some(header) = &self.header else {
            if self.last_row > 0 {
                self.notes
                    .push(Note::of(NoteKind::SheetSkipped).about(name));
            }
            return Ok(());
        };
        match &self.list_header {
            Some((first, at)) if first.fields() != header.fields() => {
                Err(ListError::SheetsDiffer {
                    first: self.sheets[*at].clone().unwrap_or_default(),
                    second: name,
                })
            }
            Some(_) => {
                if !self.notes.iter().any(|n| n.kind == NoteKind::SeveralSheets) {
                    self.notes.push(Note::of(NoteKind::SeveralSheets));
                }
                Ok(())
            }
            None => {
                self.list_header = Some((header.clone(), sheet));
                Ok(())
            }
        }
    }

    /// Whether a header was found.
    pub(crate) fn has_header(&self) -> bool {
        self.header.is_some() || self.list_header.is_some()
    }

    /// Whether the header of the present sheet was looked for in enough rows.
    pub(crate) fn gave_up(&self) -> bool {
        self.header.is_none() && self.searched >= HEADER_ROWS_MAX
    }

    /// Whether any row has content.
    pub(crate) fn has_content(&self) -> bool {
        self.rows_with_content > 0
    }

    /// The row that comes nearest to a header: it names some field.
    pub(crate) fn nearest_header(&self) -> Vec<String> {
        let nearest = self.nearest.as_ref().filter(|nearest| nearest.1 > 0);
        nearest.map(|nearest| nearest.2.clone()).unwrap_or_default()
    }

    /// Whether the last row has fewer cells than every row before it: the file was cut there.
    pub(crate) fn ends_short(&self) -> bool {
        let Some(header) = &self.header else {
            return false;
        };
        self.all_full && self.last_width.is_some_and(|width| width < header.width())
    }

    /// Takes one row; `number` is from 1.
    ///
    /// # Errors
    /// A bound is reached, or the header is ambiguous.
    pub(crate) fn row(&mut self, number: u64, cells: &mut [Cell]) -> Result<(), ListError> {
        let gap = number.saturating_sub(self.last_row + 1);
        self.last_row = number;
        self.rows_total += gap + 1;
        self.blank_pending += gap;
        if cells.iter().all(Cell::is_blank) {
            self.blank_pending += 1;
            // A line without a single separator at the end of a file is no row.
            if self.header.is_some() && !cells.is_empty() {
                self.count_blank_rows();
            }
            return Ok(());
        }
        self.rows_with_content += 1;
        if self.rows_with_content > self.limits.rows_max {
            return Err(ListError::TooManyRows {
                place: self.place(None),
                max: self.limits.rows_max,
            });
        }
        if cells
            .iter()
            .any(|cell| matches!(cell, Cell::Lost(Loss::Bytes, _)))
        {
            self.damaged_rows += 1;
        }
        let Some(header) = self.header.take() else {
            return self.look_for_header(cells);
        };
        self.count_blank_rows();
        let header = self.below_header(header, cells)?;
        self.header = Some(header);
        Ok(())
    }

    fn count_blank_rows(&mut self) {
        self.repairs.add(RepairKind::BlankRow, self.blank_pending);
        self.blank_pending = 0;
    }

    fn place(&self, column: Option<usize>) -> Place {
        Place {
            sheet: self.sheets.last().cloned().flatten(),
            row: self.last_row,
            column: column.map(column_letters),
        }
    }

    fn look_for_header(&mut self, cells: &[Cell]) -> Result<(), ListError> {
        if self.searched >= HEADER_ROWS_MAX {
            return Ok(());
        }
        self.searched += 1;
        match Header::read(cells) {
            Some(Ok(header)) => {
                if self.title_rows > 0 {
                    let note = Note::counted(NoteKind::TitleRows, self.title_rows);
                    self.notes.push(note.at(self.place(None)));
                }
                self.count_blank_rows();
                self.use_header(header);
            }
            Some(Err(HeaderFault::Twice(_, first, second))) => {
                return Err(ListError::TwoColumns {
                    place: self.place(Some(second)),
                    header: super::cell::trimmed(&cells[second].shown()).to_owned(),
                    first: column_letters(first),
                });
            }
            None => {
                self.title_rows += 1;
                let known = Header::known_in(cells);
                if self
                    .nearest
                    .as_ref()
                    .is_none_or(|nearest| nearest.1 < known)
                {
                    let shown = cells.iter().filter(|c| !c.is_blank()).take(12);
                    let shown = shown.map(|c| c.shown().trim().chars().take(20).collect());
                    self.nearest = Some((self.last_row, known, shown.collect()));
                }
            }
        }
        Ok(())
    }

    fn use_header(&mut self, header: Header) {
        self.columns.extend(header.fields());
        let named = header.columns.iter().take(header.width());
        self.unknown.extend(
            named
                .filter(|column| column.field.is_none())
                .map(|c| c.header.clone()),
        );
        self.header = Some(header);
        self.header_is_new = true;
        self.last_width = None;
        self.all_full = true;
    }

    fn below_header(&mut self, header: Header, cells: &[Cell]) -> Result<Header, ListError> {
        let is_new = std::mem::take(&mut self.header_is_new);
        if is_new
            && !header.is_same_as(cells)
            && let Some(both) = header.with_second_row(cells)
        {
            self.notes
                .push(Note::of(NoteKind::SecondHeader).at(self.place(None)));
            self.use_header(both);
            self.header_is_new = false;
            return Ok(self.header.take().unwrap_or(header));
        }
        if header.is_repeated_by(cells) {
            self.repairs.add(RepairKind::RepeatedHeader, 1);
            return Ok(header);
        }
        if let Some(Ok(other)) = Header::read(cells)
            && other.fields().len() >= 2
        {
            self.repairs.add(RepairKind::RepeatedHeader, 1);
            self.notes
                .push(Note::of(NoteKind::ColumnsChanged).at(self.place(None)));
            self.use_header(other);
            return Ok(self.header.take().unwrap_or(header));
        }
        if let Some(said) = self.footer(&header, cells) {
            self.repairs.add(RepairKind::Footer, 1);
            if let Some(said) = said {
                self.footer_said = Some((said, self.last_row));
            }
            self.last_width = None;
            return Ok(header);
        }
        if self.last_width.is_some_and(|width| width < header.width()) {
            self.all_full = false;
        }
        self.last_width = Some(cells.len());
        self.case_row(&header, cells)?;
        Ok(header)
    }

    /// A row of totals or remarks, and how many cases it speaks of.
    fn footer(&self, header: &Header, cells: &[Cell]) -> Option<Option<u64>> {
        const WORDS: [&str; 12] = [
            "合计",
            "总计",
            "小计",
            "共计",
            "本页",
            "统计时间",
            "制表",
            "打印",
            "导出",
            "填表",
            "以下空白",
            "备注:",
        ];
        let (first, cell) = cells
            .iter()
            .enumerate()
            .find(|(_, cell)| !cell.is_blank())?;
        let text = super::header::plain_header(&cell.shown()).replace('：', ":");
        let raw = merge::squeezed(&cell.shown());
        let counts = counted_cases(&raw);
        let worded = WORDS
            .iter()
            .any(|word| raw.starts_with(word) || text.starts_with(word));
        let paged = raw.starts_with('第') && raw.contains('页');
        let people = [
            Field::Applicants,
            Field::Debtors,
            Field::Parties,
            Field::Officer,
        ];
        let among_people = people
            .iter()
            .any(|field| header.position(*field) == Some(first));
        if among_people || !(worded || paged || counts.is_some()) {
            return None;
        }
        let number = header
            .position(Field::Number)
            .and_then(|column| cells.get(column));
        if number.is_some_and(|cell| read_number(cell, self.this_year).is_ok()) {
            return None;
        }
        Some(
            cells
                .iter()
                .find_map(|cell| counted_cases(&merge::squeezed(&cell.shown()))),
        )
    }

    fn case_row(&mut self, header: &Header, cells: &[Cell]) -> Result<(), ListError> {
        let beyond = cells
            .iter()
            .skip(header.width())
            .any(|cell| !cell.is_blank());
        self.wide_row = self.wide_rows_shift && cells.len() > header.columns.len();
        self.case_rows += 1;
        self.wide_rows += u64::from(self.wide_row);

        let outcome = match read_row(header, cells, self.this_year, self.from_1904) {
            Ok(row) if beyond && self.wide_rows_shift => Err(RowFault {
                reason: RejectReason::ExtraCells,
                text: row.case.number_raw.trim().to_owned(),
                suggestion: None,
                names: vec![row.case.id, row.case.number],
            }),
            outcome => outcome,
        };
        match outcome {
            Ok(row) => self.take_case(header, row),
            Err(fault) => {
                self.set_aside.extend(fault.names);
                self.reject(
                    fault.reason,
                    self.last_row,
                    fault.text,
                    fault.suggestion,
                    None,
                );
                Ok(())
            }
        }
    }

    fn reject(
        &mut self,
        reason: RejectReason,
        row: u64,
        text: String,
        suggestion: Option<String>,
        against: Option<Against>,
    ) {
        let sheet = self.sheets.last().cloned().flatten();
        self.rejected.push(Rejected {
            row,
            reason,
            text,
            suggestion,
            sheet,
            against,
        });
    }

    fn take_case(&mut self, header: &Header, row: CaseRow) -> Result<(), ListError> {
        self.count_repairs(header, &row);
        self.kept_bytes += row.case.kept_bytes();
        if self.kept_bytes > self.limits.kept_bytes_max {
            return Err(ListError::TooMuchText {
                place: self.place(None),
                max: self.limits.kept_bytes_max,
            });
        }
        let known = match self.find(&row) {
            Found::Nowhere => {
                self.store(row);
                return Ok(());
            }
            Found::Same(index) => index,
            Found::Other(index, field) => {
                self.contradict(index, row, field);
                return Ok(());
            }
        };
        if self.continues(header) {
            merge::append(&mut self.stored[known].row.case, row.case);
            return Ok(());
        }
        let field = merge::contradiction(&self.stored[known].row.case, &row.case);
        match field {
            Some(field) => self.contradict(known, row, field),
            None if self.stored[known].row.set_aside => self.contradict(known, row, Field::Number),
            None => {
                self.repairs.add(RepairKind::DuplicateRow, 1);
                self.put_together(known, row);
            }
        }
        Ok(())
    }

    /// The number's cell spans this row and the one above: both are one case, with a party each.
    fn continues(&self, header: &Header) -> bool {
        header
            .position(Field::Number)
            .is_some_and(|column| self.filled.contains(&column))
    }

    fn count_repairs(&mut self, header: &Header, row: &CaseRow) {
        let kinds: BTreeSet<RepairKind> = row.repairs.iter().map(|r| r.0).collect();
        for kind in kinds {
            self.repairs.add(kind, 1);
        }
        let name = |column: usize| {
            header
                .columns
                .get(column)
                .map(|c| c.header.clone())
                .unwrap_or_default()
        };
        for (kind, column, raw, normal) in &row.repairs {
            if self.repaired.len() < SHOWN_MAX {
                self.repaired.push(RepairShown {
                    row: self.last_row,
                    kind: *kind,
                    header: name(*column),
                    raw: raw.clone(),
                    normal: normal.clone(),
                });
            }
        }
        for (column, loss, text) in &row.losses {
            self.lost_cells_total += 1;
            if self.lost_cells.len() < SHOWN_MAX {
                self.lost_cells.push(LostCell {
                    place: self.place(Some(*column)),
                    header: name(*column),
                    text: text.chars().take(60).collect(),
                    loss: *loss,
                });
            }
        }
    }

    fn find(&self, row: &CaseRow) -> Found {
        let by_number = self.by_number.get(&row.case.number).copied();
        let own_id = row.case.has_own_id() && !row.long_numeric_id;
        let by_id = own_id
            .then(|| self.by_id.get(&row.case.id).copied())
            .flatten();
        match (by_id, by_number) {
            (None, None) => Found::Nowhere,
            (Some(id), Some(number)) if id == number => Found::Same(id),
            (Some(id), _) => Found::Other(id, Field::Number),
            (None, Some(number)) => {
                let known = &self.stored[number].row;
                let known_id = known.case.has_own_id() && !known.long_numeric_id;
                if own_id && known_id {
                    Found::Other(number, Field::Id)
                } else {
                    Found::Same(number)
                }
            }
        }
    }

    fn store(&mut self, row: CaseRow) {
        let index = self.stored.len();
        if row.case.has_own_id() && !row.long_numeric_id {
            self.by_id.insert(row.case.id.clone(), index);
        }
        self.by_number.insert(row.case.number.clone(), index);
        let sheet = u32::try_from(self.sheets.len() - 1).unwrap_or(u32::MAX);
        self.stored.push(Stored {
            row: CaseRowKept {
                case: row.case,
                lost: row.lost,
                long_numeric_id: row.long_numeric_id,
                set_aside: false,
                wide: self.wide_row,
            },
            place: (self.last_row, sheet),
        });
    }

    fn put_together(&mut self, index: usize, row: CaseRow) {
        let known = &mut self.stored[index].row;
        if !known.case.has_own_id() && row.case.has_own_id() && !row.long_numeric_id {
            known.case.id.clone_from(&row.case.id);
            known.long_numeric_id = false;
            self.by_id.insert(row.case.id.clone(), index);
        }
        known.lost = merge::still_lost(known.lost, row.lost);
        merge::fill(&mut known.case, row.case);
    }

    /// Sets both rows aside: the court must say which is right.
    fn contradict(&mut self, index: usize, row: CaseRow, field: Field) {
        let here = self.last_row;
        let (first_row, first_sheet) = self.stored[index].place;
        let known = &mut self.stored[index].row;
        let names = [
            &known.case.id,
            &known.case.number,
            &row.case.id,
            &row.case.number,
        ];
        self.set_aside.extend(names.map(String::clone));
        let first_time = !std::mem::replace(&mut known.set_aside, true);
        let first_text = known.case.number.clone();
        let name = field.name();
        if first_time {
            let against = Some(Against {
                row: here,
                field: name,
            });
            let sheet = self.sheets.get(first_sheet as usize).cloned().flatten();
            self.rejected.push(Rejected {
                row: first_row,
                reason: RejectReason::Contradiction,
                text: first_text,
                suggestion: None,
                sheet,
                against,
            });
        }
        let against = Some(Against {
            row: first_row,
            field: name,
        });
        self.reject(
            RejectReason::Contradiction,
            here,
            row.case.number.clone(),
            None,
            against,
        );
        // A third row with the other row's id or number is part of the same contradiction.
        if row.case.has_own_id() {
            self.by_id.entry(row.case.id).or_insert(index);
        }
        self.by_number.entry(row.case.number).or_insert(index);
    }

    /// The list, when all rows were taken.
    ///
    /// # Errors
    /// No row below the header named a case, or no header was found.
    pub(crate) fn finish(mut self, format: Format) -> Result<ReadList, ListError> {
        if !self.has_header() {
            let seen = self.nearest_header();
            return Err(if self.rows_with_content == 0 {
                ListError::Empty
            } else {
                ListError::NoNumberColumn { seen }
            });
        }
        if self.stored.is_empty() && self.rejected.is_empty() {
            return Err(ListError::NoCases);
        }
        self.judge_wide_rows();
        self.judge_long_ids();
        let mut cases = Vec::with_capacity(self.stored.len());
        let mut uncertain: BTreeMap<String, BTreeSet<Field>> = BTreeMap::new();
        let derive_stay = !self.columns.contains(&Field::Stay);
        let mut derived = false;
        for stored in self.stored {
            if stored.row.set_aside {
                continue;
            }
            let mut case = stored.row.case;
            if derive_stay {
                let named = ["中止", "暂缓", "并入"]
                    .iter()
                    .any(|word| case.stage.contains(word));
                if named {
                    case.stay.clone_from(&case.stage);
                    derived = true;
                }
            }
            if !stored.row.lost.is_empty() {
                uncertain.insert(case.id.clone(), stored.row.lost.list().collect());
            }
            cases.push(case);
        }
        if derived {
            self.columns.insert(Field::Stay);
        }
        self.rejected.sort_by_key(|rejected| rejected.row);
        let notes = final_notes(
            self.notes,
            &self.unknown,
            self.damaged_rows,
            self.lost_cells_total,
            self.footer_said,
            cases.len(),
        );
        Ok(ReadList {
            cases,
            repairs: self.repairs,
            repaired: self.repaired,
            rejected: self.rejected,
            lost_cells: self.lost_cells,
            lost_cells_total: self.lost_cells_total,
            notes,
            format,
            rows: self.rows_total,
            columns: self.columns,
            uncertain,
            set_aside: self.set_aside,
        })
    }

    /// Rows with more cells than the header: when every row has them, the export ends its rows with
    /// a separator; when only some have, a separator inside a cell has shifted their columns.
    fn judge_wide_rows(&mut self) {
        let usual = self.wide_rows == self.case_rows && self.case_rows >= USUAL_FROM_ROWS;
        if usual || self.wide_rows == 0 {
            return;
        }
        for stored in self
            .stored
            .iter_mut()
            .filter(|s| s.row.wide && !s.row.set_aside)
        {
            stored.row.set_aside = true;
            let case = &stored.row.case;
            self.set_aside
                .extend([case.id.clone(), case.number.clone()]);
            self.rejected.push(Rejected {
                row: stored.place.0,
                reason: RejectReason::ExtraCells,
                text: case.number.clone(),
                suggestion: None,
                sheet: None,
                against: None,
            });
        }
    }

    /// Ids that came as numbers of more than 15 digits: a spreadsheet rounds them to a zero at the
    /// end, a program does not. When all of them end so, or two cases share one, none is used.
    fn judge_long_ids(&mut self) {
        let long: Vec<usize> = (0..self.stored.len())
            .filter(|index| self.stored[*index].row.long_numeric_id)
            .collect();
        let ids: BTreeSet<&str> = long
            .iter()
            .map(|index| self.stored[*index].row.case.id.as_str())
            .collect();
        let exact = ids.iter().any(|id| !id.ends_with('0')) && ids.len() == long.len();
        let taken = ids.iter().any(|id| self.by_id.contains_key(*id));
        if exact && !taken {
            return;
        }
        for index in &long {
            let kept = &mut self.stored[*index].row;
            let text = std::mem::replace(&mut kept.case.id, kept.case.number.clone());
            kept.lost.insert(Field::Id);
            self.repairs.add(RepairKind::SciId, 1);
            self.lost_cells_total += 1;
            if self.lost_cells.len() < SHOWN_MAX {
                let (row, sheet) = self.stored[*index].place;
                let sheet = self.sheets.get(sheet as usize).cloned().flatten();
                self.lost_cells.push(LostCell {
                    place: Place {
                        sheet,
                        row,
                        column: None,
                    },
                    header: Field::Id.headers()[0].to_owned(),
                    text,
                    loss: Loss::Scientific,
                });
            }
        }
    }
}

enum Found {
    Nowhere,
    Same(usize),
    /// Id and number lead to different cases, or to one that says otherwise in this field.
    Other(usize, Field),
}

fn final_notes(
    mut notes: Vec<Note>,
    unknown: &BTreeSet<String>,
    damaged_rows: u64,
    lost: u64,
    footer: Option<(u64, u64)>,
    cases: usize,
) -> Vec<Note> {
    if !unknown.is_empty() {
        let names: Vec<&str> = unknown.iter().map(String::as_str).take(20).collect();
        let note = Note::counted(NoteKind::UnknownColumns, unknown.len() as u64);
        notes.push(note.about(names.join("、")));
    }
    if damaged_rows > 0 {
        notes.push(Note::counted(NoteKind::DamagedRows, damaged_rows));
    }
    if lost > 0 {
        notes.push(Note::counted(NoteKind::LostCells, lost));
    }
    if let Some((said, row)) = footer
        && said != cases as u64
    {
        let note = Note::counted(NoteKind::FooterCount, cases as u64).at(Place::row(row));
        notes.push(note.about(said.to_string()));
    }
    notes
}

/// 共300件 counts 300 cases.
fn counted_cases(text: &str) -> Option<u64> {
    let rest = text.strip_prefix("合计").unwrap_or(text);
    let rest = rest.strip_prefix(['共', '计'])?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let unit = rest[digits.len()..].chars().next()?;
    matches!(unit, '件' | '条' | '宗' | '案')
        .then(|| digits.parse().ok())
        .flatten()
}
