//! The cases of one file as they come in: rows of one case are put together, and rows that
//! contradict each other are set aside.

use super::case::ListCase;
use super::cell::Loss;
use super::findings::Findings;
use super::header::Field;
use super::merge;
use super::note::{Against, RejectReason};
use super::place::Place;
use super::repairs::RepairKind;
use super::row::{CaseRow, Fields};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is remembered of a case beside it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    row: u64,
    sheet: u32,
    lost: Fields,
    /// Its id came as a number of more digits than a spreadsheet keeps.
    long_numeric_id: bool,
    /// Its row had more cells than the header, the last of them blank.
    wide: bool,
    /// Contradicted by another row; no case any more.
    set_aside: bool,
}

/// A row and how it came.
pub(super) struct Arrival<'p> {
    pub(super) place: &'p Place,
    pub(super) sheet: u32,
    pub(super) wide: bool,
    /// Its number's cell spans this row and the one above: both are one case.
    pub(super) continues: bool,
}

/// The cases so far.
#[derive(Default)]
pub(super) struct Docket {
    cases: Vec<ListCase>,
    marks: Vec<Mark>,
    by_id: HashMap<String, usize>,
    by_number: HashMap<String, usize>,
}

enum Found {
    Nowhere,
    Same(usize),
    /// Id and number lead to different cases, or to one that says otherwise in this field.
    Other(usize, Field),
}

impl Docket {
    pub(super) fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Takes a row.
    pub(super) fn take(&mut self, row: CaseRow, arrival: &Arrival<'_>, findings: &mut Findings) {
        let known = match self.find(&row) {
            Found::Nowhere => return self.store(row, arrival),
            Found::Same(index) => index,
            Found::Other(index, field) => {
                return self.contradict(index, row, field, arrival, findings);
            }
        };
        if arrival.continues {
            return merge::append(&mut self.cases[known], row.case);
        }
        match merge::contradiction(&self.cases[known], &row.case) {
            Some(field) => self.contradict(known, row, field, arrival, findings),
            None if self.marks[known].set_aside => {
                self.contradict(known, row, Field::Number, arrival, findings);
            }
            None => {
                findings.repairs.add(RepairKind::DuplicateRow, 1);
                self.put_together(known, row);
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
                let known_id =
                    self.cases[number].has_own_id() && !self.marks[number].long_numeric_id;
                if own_id && known_id {
                    Found::Other(number, Field::Id)
                } else {
                    Found::Same(number)
                }
            }
        }
    }

    fn store(&mut self, row: CaseRow, arrival: &Arrival<'_>) {
        let index = self.cases.len();
        if row.case.has_own_id() && !row.long_numeric_id {
            self.by_id.insert(row.case.id.clone(), index);
        }
        self.by_number.insert(row.case.number.clone(), index);
        self.cases.push(row.case);
        self.marks.push(Mark {
            row: arrival.place.row,
            sheet: arrival.sheet,
            lost: row.lost,
            long_numeric_id: row.long_numeric_id,
            wide: arrival.wide,
            set_aside: false,
        });
    }

    fn put_together(&mut self, index: usize, row: CaseRow) {
        let (case, mark) = (&mut self.cases[index], &mut self.marks[index]);
        if !case.has_own_id() && row.case.has_own_id() && !row.long_numeric_id {
            case.id.clone_from(&row.case.id);
            mark.long_numeric_id = false;
            self.by_id.insert(row.case.id.clone(), index);
        }
        mark.lost = mark.lost.and(row.lost);
        merge::fill(case, row.case);
    }

    /// Sets both rows aside: the court must say which is right.
    fn contradict(
        &mut self,
        index: usize,
        row: CaseRow,
        field: Field,
        arrival: &Arrival<'_>,
        findings: &mut Findings,
    ) {
        let (case, mark) = (&self.cases[index], &mut self.marks[index]);
        let names = [&case.id, &case.number, &row.case.id, &row.case.number];
        findings.set_aside.extend(names.map(String::clone));
        let field = field.name();
        let against = |row| Some(Against { row, field });
        if !std::mem::replace(&mut mark.set_aside, true) {
            // Rows of one case stand on one sheet or on several of one list; the row is enough.
            let place = Place {
                row: mark.row,
                ..arrival.place.clone()
            };
            let reason = RejectReason::Contradiction;
            findings.reject(
                &place,
                reason,
                case.number.clone(),
                None,
                against(arrival.place.row),
            );
        }
        let number = row.case.number.clone();
        let reason = RejectReason::Contradiction;
        findings.reject(arrival.place, reason, number, None, against(mark.row));
        // A third row with the other row's id or number is part of the same contradiction.
        if row.case.has_own_id() {
            self.by_id.entry(row.case.id).or_insert(index);
        }
        self.by_number.entry(row.case.number).or_insert(index);
    }

    /// Sets the rows aside that had more cells than the header.
    pub(super) fn set_wide_rows_aside(&mut self, findings: &mut Findings) {
        for (case, mark) in self.cases.iter().zip(&mut self.marks) {
            if mark.wide && !std::mem::replace(&mut mark.set_aside, true) {
                findings
                    .set_aside
                    .extend([case.id.clone(), case.number.clone()]);
                let place = Place::row(mark.row);
                let text = case.number.clone();
                findings.reject(&place, RejectReason::ExtraCells, text, None, None);
            }
        }
    }

    /// Ids that came as numbers of more than 15 digits: a spreadsheet rounds them to a zero at the
    /// end, a program does not. When all of them end so, or two cases share one, none is used.
    pub(super) fn judge_long_ids(&mut self, sheets: &[Option<String>], findings: &mut Findings) {
        let is_long = |mark: &Mark| mark.long_numeric_id;
        let long: Vec<usize> = (0..self.cases.len())
            .filter(|index| is_long(&self.marks[*index]))
            .collect();
        let ids: BTreeSet<&str> = long
            .iter()
            .map(|index| self.cases[*index].id.as_str())
            .collect();
        let exact = ids.iter().any(|id| !id.ends_with('0')) && ids.len() == long.len();
        let taken = ids.iter().any(|id| self.by_id.contains_key(*id));
        if exact && !taken {
            return;
        }
        for index in long {
            let (case, mark) = (&mut self.cases[index], &mut self.marks[index]);
            let text = std::mem::replace(&mut case.id, case.number.clone());
            mark.lost.insert(Field::Id);
            findings.repairs.add(RepairKind::SciId, 1);
            let sheet = sheets.get(mark.sheet as usize).cloned().flatten();
            let header = Field::Id.headers()[0].to_owned();
            let place = Place::row(mark.row).on(sheet.as_deref());
            findings.lose(place, header, &text, Loss::Scientific);
        }
    }

    /// The cases that stand, and by id the fields that are lost.
    pub(super) fn finish(self) -> (Vec<ListCase>, BTreeMap<String, BTreeSet<Field>>) {
        let Self {
            mut cases,
            marks,
            by_id,
            by_number,
        } = self;
        drop((by_id, by_number));
        let mut uncertain = BTreeMap::new();
        for (case, mark) in cases.iter().zip(&marks) {
            if !mark.lost.is_empty() && !mark.set_aside {
                uncertain.insert(case.id.clone(), mark.lost.list().collect());
            }
        }
        let mut marks = marks.into_iter();
        cases.retain(|_| marks.next().is_some_and(|mark| !mark.set_aside));
        (cases, uncertain)
    }
}
