//! One line of BENCH_DATA as one 现场调查, and back: every value must be there again.
//!
//! What has a field is kept in it; the rest of the line stands as JSON in the remarks. Ids of list
//! items come from their place in the line: whoever takes the same line over makes the same ones.

use anyhow::{Context, Result};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use waiqin_protocol::canonical::Value;
use waiqin_protocol::ids::{ItemId, SubjectId};
use waiqin_protocol::journal::{CaseRef, Path};
use waiqin_protocol::record::Record;

/// A degree in the journal's units.
const DEGREE: f64 = 1e7;

/// A line, as the phone takes it.
pub struct Taken {
    pub subject: SubjectId,
    pub case: CaseRef,
    pub values: BTreeMap<Path, Value>,
}

/// Takes a line apart.
pub fn take(line: &Json) -> Result<Taken> {
    let mut rest = line.as_object().context("a line is no object")?.clone();
    let subject = subject_of(&text(&mut rest, "id")?)?;
    // The number is not one of this court's: kept as it is, to be completed.
    let case = CaseRef {
        pending: true,
        typed: text(&mut rest, "case_no")?,
        ..CaseRef::default()
    };
    let mut values = BTreeMap::new();
    let mut put = |path: &str, value| Path::new(path).map(|path| values.insert(path, value));
    if let Some(Json::Object(place)) = rest.get_mut("location") {
        put("place", Value::Text(text(place, "address")?))?;
        let (lat, lng) = (degrees(place, "lat")?, degrees(place, "lng")?);
        put("fix", fix(lat, lng))?;
    }
    if let Some(Json::Array(officers)) = rest.get_mut("officers") {
        for (at, officer) in officers.iter_mut().enumerate() {
            let officer = officer.as_object_mut().context("an officer is no object")?;
            let path = format!("officers/{}/person", item(at));
            put(&path, Value::Text(text(officer, "name")?))?;
        }
    }
    put("course", Value::Text(text(&mut rest, "narrative")?))?;
    let occurred = text(&mut rest, "occurred_at")?;
    let moment = chrono::DateTime::parse_from_rfc3339(&occurred)?.timestamp_millis();
    anyhow::ensure!(written(moment) == Some(occurred), "another form of time");
    put("t0", Value::Int(moment))?;
    put("remarks", Value::Text(serde_json::to_string(&rest)?))?;
    Ok(Taken {
        subject,
        case,
        values,
    })
}

/// The line again, from the record.
pub fn give_back(record: &Record) -> Result<Json> {
    let value = |path: &str| -> Result<&Value> {
        let field = record.fields.get(&Path::new(path)?);
        match field.map(|field| field.candidates.as_slice()) {
            Some([one]) => Ok(&one.value),
            Some(many) => anyhow::bail!("{path} has {} values", many.len()),
            None => anyhow::bail!("{path} is missing"),
        }
    };
    let said = |path: &str| -> Result<Json> {
        let text = value(path)?.as_text().context("no text")?;
        Ok(Json::from(text))
    };
    let remarks = said("remarks")?;
    let mut line: Map<String, Json> = serde_json::from_str(remarks.as_str().unwrap_or_default())?;
    let subject = record.subject.to_string();
    let parts = [
        &subject[..8],
        &subject[8..12],
        &subject[12..16],
        &subject[16..20],
        &subject[20..],
    ];
    line.insert("id".into(), Json::from(parts.join("-")));
    line.insert("case_no".into(), Json::from(record.case.typed.as_str()));
    line.insert("narrative".into(), said("course")?);
    let moment = value("t0")?.as_int().and_then(written);
    line.insert("occurred_at".into(), Json::from(moment));
    if let Some(Json::Object(place)) = line.get_mut("location") {
        place.insert("address".into(), said("place")?);
        let fix = value("fix")?.as_map().context("no position")?;
        for (name, part) in [("lat", "lat"), ("lng", "lon")] {
            let units = fix.get(part).and_then(Value::as_int).context("no degree")?;
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            place.insert(name.into(), Json::from(units as f64 / DEGREE));
        }
    }
    if let Some(Json::Array(officers)) = line.get_mut("officers") {
        for (at, officer) in officers.iter_mut().enumerate() {
            let officer = officer.as_object_mut().context("an officer is no object")?;
            let path = format!("officers/{}/person", item(at));
            officer.insert("name".into(), said(&path)?);
        }
    }
    Ok(Json::Object(line))
}

/// The subject of a line's id.
pub fn subject_of(id: &str) -> Result<SubjectId> {
    Ok(id.replace('-', "").parse()?)
}

fn text(of: &mut Map<String, Json>, name: &str) -> Result<String> {
    match of.remove(name) {
        Some(Json::String(text)) => Ok(text),
        _ => anyhow::bail!("no text {name}"),
    }
}

fn degrees(of: &mut Map<String, Json>, name: &str) -> Result<i64> {
    let degrees = of.remove(name).and_then(|it| it.as_f64());
    let units = (degrees.context("no degrees")? * DEGREE).round();
    #[expect(clippy::cast_possible_truncation, reason = "at most 360 degrees")]
    Ok(units as i64)
}

fn fix(lat: i64, lon: i64) -> Value {
    let number = |name: &str, value| (name.to_owned(), Value::Int(value));
    Value::Map(BTreeMap::from([
        number("acc_cm", 0),
        number("age_ms", 0),
        number("lat", lat),
        number("lon", lon),
        ("provider".to_owned(), Value::Text("gnss".to_owned())),
    ]))
}

fn item(at: usize) -> ItemId {
    ItemId::from_bytes((at as u128 + 1).to_be_bytes())
}

/// A moment as lines write it.
fn written(ms: i64) -> Option<String> {
    let moment = chrono::DateTime::from_timestamp_millis(ms)?;
    Some(moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
}
