//! The officer's hand: opens pages of the phone, fills in forms and sends them, as a browser without
//! scripts would. It knows forms and links, nothing of what lies behind them.

use anyhow::{Context, Result, ensure};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A hand on one phone, or at the office's console.
pub struct Hand {
    client: Client,
    base: String,
    /// The cookies given, by name.
    cookies: Mutex<BTreeMap<String, String>>,
}

/// A page as it came.
pub struct PageText {
    /// Its path after redirects.
    pub path: String,
    /// Its HTML.
    pub html: String,
}

/// A file chosen in a form.
pub struct Chosen<'a> {
    /// Name of the file input.
    pub input: &'a str,
    /// File name.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

struct Form {
    action: String,
    values: Vec<(String, String)>,
}

impl Hand {
    /// Enters a phone by its one-time link.
    ///
    /// # Errors
    /// When the link is refused.
    pub async fn enter(link: &str) -> Result<Self> {
        let (base, _) = link.split_once("/enter").context("no entry link")?;
        let hand = Self::at(base)?;
        hand.read(hand.client.get(link))
            .await
            .context("enter the phone")?;
        Ok(hand)
    }

    /// Signs in at the office's console.
    ///
    /// # Errors
    /// When name or password are refused.
    pub async fn sign_in(console: &str, login: &str, password: &str) -> Result<Self> {
        let hand = Self::at(console)?;
        let page = hand.open("/sign-in").await?;
        let values = [("login", login), ("password", password)];
        let page = hand
            .send(&page, "/sign-in", "name=\"password\"", &values, None)
            .await?;
        ensure!(page.path == "/", "{login} came to {}", page.path);
        Ok(hand)
    }

    fn at(base: &str) -> Result<Self> {
        // A second hand finds the provider in place.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            base: base.to_owned(),
            cookies: Mutex::default(),
        })
    }

    /// Opens a page.
    ///
    /// # Errors
    /// When it is refused or not there.
    pub async fn open(&self, path: &str) -> Result<PageText> {
        let request = self.client.get(format!("{}{path}", self.base));
        self.read(request)
            .await
            .with_context(|| format!("open {path}"))
    }

    /// Opens a page, fills in its form with that action, and sends it. A value given takes the
    /// place of what stands there; a name that stands nowhere is a button's or a new field's.
    ///
    /// # Errors
    /// When the form is not there or what it sends is refused.
    pub async fn send(
        &self,
        page: &PageText,
        action: &str,
        marker: &str,
        values: &[(&str, &str)],
        file: Option<Chosen<'_>>,
    ) -> Result<PageText> {
        let mut form = page.form(action, marker)?;
        for (name, _) in values {
            form.values.retain(|(known, _)| known != name);
        }
        form.values.extend(
            values
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
        );
        let url = format!("{}{}", self.base, form.action);
        let request = self.client.post(url).header(ORIGIN, &self.base);
        let request = match file {
            None => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(urlencoded(&form.values)),
            Some(file) => {
                let boundary = "waiqin-demo-8d1f0c";
                request
                    .header(
                        CONTENT_TYPE,
                        format!("multipart/form-data; boundary={boundary}"),
                    )
                    .body(multipart(boundary, &form.values, &file))
            }
        };
        self.read(request)
            .await
            .with_context(|| format!("send {}", form.action))
    }

    fn cookie(&self) -> String {
        let cookies = self.cookies.lock().map(|it| it.clone()).unwrap_or_default();
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Sends a request and follows where it leads, as a browser does after a form.
    async fn read(&self, mut request: RequestBuilder) -> Result<PageText> {
        for _ in 0..5 {
            let answer = request.header(COOKIE, self.cookie()).send().await?;
            for given in answer.headers().get_all(SET_COOKIE) {
                let pair = given.to_str()?.split(';').next();
                if let Some((name, value)) = pair.and_then(|it| it.split_once('='))
                    && let Ok(mut cookies) = self.cookies.lock()
                {
                    cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            let status = answer.status();
            let path = answer.url().path().to_owned();
            let next = answer
                .headers()
                .get(LOCATION)
                .map(|to| to.to_str().map(str::to_owned));
            let html = answer.text().await?;
            match next {
                Some(to) if status.is_redirection() => {
                    request = self.client.get(format!("{}{}", self.base, to?));
                }
                _ => {
                    ensure!(
                        status == StatusCode::OK,
                        "{}",
                        refusal_of(&path, status, &html)
                    );
                    return Ok(PageText { path, html });
                }
            }
        }
        anyhow::bail!("led from page to page without end")
    }
}

impl PageText {
    /// Every address that links of this page lead to.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        self.html
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(unescape)
            .collect()
    }

    /// Ids of the items of a list that the page has fields for, each once.
    #[must_use]
    pub fn items(&self, list: &str) -> Vec<String> {
        let mark = format!("\"{list}/");
        let mut ids: Vec<String> = Vec::new();
        for rest in self.html.split(&mark).skip(1) {
            let id = rest.get(..32).unwrap_or_default();
            let is_id = id.len() == 32 && id.bytes().all(|it| it.is_ascii_hexdigit());
            if is_id && !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        }
        ids
    }

    /// What a person reads on it.
    #[must_use]
    pub fn words(&self) -> String {
        words_of(&self.html)
    }

    fn form(&self, action: &str, marker: &str) -> Result<Form> {
        let wanted = format!("action=\"{action}\"");
        let text = self
            .html
            .split("<form ")
            .skip(1)
            .filter_map(|rest| rest.split("</form>").next())
            .find(|text| {
                text.split('>')
                    .next()
                    .is_some_and(|tag| tag.contains(&wanted))
                    && text.contains(marker)
            })
            .with_context(|| format!("{} has no form {action} with {marker}", self.path))?;
        let values = text
            .split('<')
            .filter_map(|tag| {
                let input = tag.strip_prefix("input ")?;
                let kind = attribute(input, "type").unwrap_or_default();
                let choice = kind == "radio" || kind == "checkbox";
                if kind == "file" || (choice && !input.contains(" checked")) {
                    return None;
                }
                Some((
                    attribute(input, "name")?,
                    attribute(input, "value").unwrap_or_default(),
                ))
            })
            .chain(text.split("<textarea ").skip(1).filter_map(|area| {
                let (tag, rest) = area.split_once('>')?;
                Some((
                    attribute(tag, "name")?,
                    unescape(rest.split("</textarea>").next()?),
                ))
            }))
            .collect();
        Ok(Form {
            action: action.to_owned(),
            values,
        })
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = format!(" {tag}");
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    rest.split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// What a refusing page says: its alert, or all of it.
fn refusal_of(path: &str, status: StatusCode, html: &str) -> String {
    let alert = html
        .split("role=\"alert\">")
        .nth(1)
        .and_then(|rest| rest.split("</p>").next());
    match alert {
        Some(alert) => format!("「{}」({status})", words_of(&format!(">{alert}<"))),
        None => format!("{path} answered {status}: {}", words_of(html)),
    }
}

fn words_of(html: &str) -> String {
    let body = html.split("<body").nth(1).unwrap_or(html);
    let text: String = body
        .split('<')
        .filter_map(|part| part.split_once('>').map(|(_, text)| text))
        .collect::<Vec<_>>()
        .join(" ");
    unescape(&text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn urlencoded(values: &[(String, String)]) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    let pairs = values
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn multipart(boundary: &str, values: &[(String, String)], file: &Chosen<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in values {
        body.extend(
            format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .bytes(),
        );
    }
    let head = format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\
         content-type: application/octet-stream\r\n\r\n",
        file.input, file.name
    );
    body.extend(head.bytes());
    body.extend(&file.bytes);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    body
}
