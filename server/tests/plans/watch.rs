//! What a request cost: the statements that the server's own log names between two lines of requests.

use serde_json::Value;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A statement that ran.
#[derive(Clone, Debug)]
pub struct Statement {
    /// As it was prepared, white space folded.
    pub sql: String,
    /// Rows that came back.
    pub rows: u64,
    pub seconds: f64,
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// As the router has it.
    pub route: String,
    pub status: u64,
}

/// What happened since the last look.
#[derive(Debug, Default)]
pub struct Seen {
    pub requests: Vec<Request>,
    pub statements: Vec<Statement>,
}

/// The log of a server that tells its statements.
pub struct Watch {
    path: PathBuf,
    read: u64,
}

impl Watch {
    /// A log that a server is to write: set as its stderr.
    pub fn new(path: &Path) -> (Self, File) {
        let file = File::create(path).unwrap();
        let watch = Self {
            path: path.to_owned(),
            read: 0,
        };
        (watch, file)
    }

    /// Everything that was written since.
    pub fn look(&mut self) -> Seen {
        let mut file = File::open(&self.path).unwrap();
        file.seek(SeekFrom::Start(self.read)).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        // A line that is not whole yet is read the next time.
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        self.read += whole as u64;
        let mut seen = Seen::default();
        for line in text[..whole].lines() {
            let line: Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("the log says {line}: {error}"));
            let fields = &line["fields"];
            match line["target"].as_str() {
                Some("sqlx::query") => seen.statements.push(statement(fields)),
                Some(_) if fields["message"] == "request" => seen.requests.push(Request {
                    method: text_of(&fields["method"]),
                    route: text_of(&fields["route"]),
                    status: fields["status"].as_u64().unwrap(),
                }),
                _ => {}
            }
        }
        seen
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn statement(fields: &Value) -> Statement {
    // Short ones stand in the summary alone.
    let whole = fields["db.statement"].as_str().unwrap_or_default();
    let sql = if whole.is_empty() {
        fields["summary"].as_str().unwrap()
    } else {
        whole
    };
    Statement {
        sql: sql.split_whitespace().collect::<Vec<_>>().join(" "),
        rows: fields["rows_returned"].as_u64().unwrap(),
        seconds: fields["elapsed_secs"].as_f64().unwrap(),
    }
}
