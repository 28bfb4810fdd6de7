//! What a page shows, read by the parser of HTML that Python brings, which shares nothing with ours.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex};

/// Pages in, a line each; texts and values of attributes out, and whatever would run.
const READER: &str = r##"
import json, sys
from html.parser import HTMLParser
class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.texts, self.runs, self.within = [], [], ""
    def handle_starttag(self, tag, attrs):
        self.within = tag
        for name, value in attrs:
            value = value or ""
            self.texts.append(value)
            if name.startswith("on") or value.lstrip().lower().startswith("javascript:"):
                self.runs.append(tag + " " + name + "=" + value)
            if name in ("src", "href", "action") and not value.startswith(("/", "#", "?")):
                self.runs.append(tag + " " + name + "=" + value)
        names = dict(attrs)
        if tag in ("iframe", "object", "embed", "base") or tag == "script" and "src" not in names:
            self.runs.append(tag)
    def handle_endtag(self, tag):
        self.within = ""
    def handle_data(self, data):
        if self.within == "textarea" and data.startswith("\n"):
            data = data[1:]
        if self.within == "script" and data.strip():
            self.runs.append("script: " + data)
        self.texts.append(data)
for line in sys.stdin:
    page = Page()
    page.feed(json.loads(line))
    page.close()
    print(json.dumps({"texts": page.texts, "runs": page.runs}), flush=True)
"##;

/// One Python reads for all; it ends with this process.
struct Reader {
    python: Child,
    read: BufReader<ChildStdout>,
}

static PYTHON: LazyLock<Mutex<Reader>> = LazyLock::new(|| {
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let read = BufReader::new(python.stdout.take().unwrap());
    Mutex::new(Reader { python, read })
});

/// What somebody sees of a page.
pub struct Seen(Vec<String>);

impl Seen {
    /// Reads a page, on which nothing may run but our own files of script.
    pub fn of(html: &str, at: &str) -> Self {
        let mut line = String::new();
        {
            let mut reader = PYTHON.lock().unwrap();
            let pages = reader.python.stdin.as_mut().unwrap();
            writeln!(pages, "{}", Value::from(html)).unwrap();
            reader.read.read_line(&mut line).unwrap();
        }
        let read: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("{at} is not read"));
        let texts = |name: &str| -> Vec<String> {
            let all = read[name].as_array().unwrap().iter();
            all.map(|it| it.as_str().unwrap().to_owned()).collect()
        };
        let runs = texts("runs");
        assert!(runs.is_empty(), "{at} would run {runs:?}");
        Self(texts("texts"))
    }

    /// Whether a text stands on the page, whole and in one piece.
    pub fn shows(&self, text: &str) -> bool {
        self.0.iter().any(|it| it.contains(text))
    }

    /// What another page shows, too.
    pub fn and(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}
