//! A real browser: headless Chromium through ChromeDriver, spoken to in W3C WebDriver over HTTP.

use crate::suite;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A window of a headless browser; closed when dropped.
pub struct Browser {
    client: reqwest::Client,
    session: String,
    driver: Child,
    _profile: tempfile::TempDir,
}

/// Sizes that every page is looked at: a phone in one hand, a desk.
pub const PHONE: (u32, u32) = (390, 844);
/// A desk.
pub const DESK: (u32, u32) = (1280, 800);

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// Opens a window of a size; `None` (with one line that says so) where there is no browser.
    ///
    /// # Panics
    /// When the browser is there and does not start.
    pub async fn open(suite_name: &str, size: (u32, u32), lang: &str) -> Option<Self> {
        let (Some(driver), Some(chromium)) =
            (suite::program("chromedriver"), suite::program("chromium"))
        else {
            suite::skip(suite_name, "chromium and chromium-driver");
            return None;
        };
        Some(Self::start(&driver, &chromium, size, lang).await.unwrap())
    }

    async fn start(driver: &Path, chromium: &Path, size: (u32, u32), lang: &str) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut child = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let mut port = None;
        for line in lines {
            // "ChromeDriver was started successfully on port 35341."
            if let Some((_, tail)) = line?.split_once("successfully on port ") {
                port = tail.trim_end_matches('.').parse::<u16>().ok();
                break;
            }
        }
        let base = format!(
            "http://127.0.0.1:{}",
            port.context("ChromeDriver named no port")?
        );
        let (width, height) = size;
        let mobile = width < 600;
        let mut options = json!({
            "binary": chromium,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--hide-scrollbars", "--force-color-profile=srgb", format!("--lang={lang}"),
                format!("--window-size={width},{height}"),
                format!("--user-data-dir={}", profile.path().display()),
            ],
            "prefs": { "intl.accept_languages": lang },
        });
        if mobile {
            options["mobileEmulation"] = json!({
                "deviceMetrics": { "width": width, "height": height, "pixelRatio": 1, "touch": true }
            });
        }
        // Another test of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build()?;
        let answer: Value = client
            .post(format!("{base}/session"))
            .json(&json!({ "capabilities": { "alwaysMatch": {
                "browserName": "chrome", "goog:chromeOptions": options,
                "timeouts": { "implicit": 5000, "pageLoad": 30000, "script": 30000 },
            }}}))
            .send()
            .await?
            .json()
            .await?;
        let id = answer["value"]["sessionId"]
            .as_str()
            .context("no session")?;
        let browser = Self {
            client,
            session: format!("{base}/session/{id}"),
            driver: child,
            _profile: profile,
        };
        if !mobile {
            browser
                .post("chromium/send_command", json!({
                    "cmd": "Emulation.setDeviceMetricsOverride",
                    "params": { "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false },
                }))
                .await?;
        }
        Ok(browser)
    }

    /// Goes to an address and waits until it is loaded.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.post("url", json!({ "url": url })).await.map(drop)
    }

    /// The address shown.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn url(&self) -> Result<String> {
        Ok(self
            .get("url")
            .await?
            .as_str()
            .context("no url")?
            .to_owned())
    }

    /// Clicks what a CSS selector finds first.
    ///
    /// # Errors
    /// When there is no such element, or it cannot be clicked.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        match self
            .post(&format!("element/{element}/click"), json!({}))
            .await
        {
            // The page drew itself anew between finding and clicking: the new element is meant.
            Err(error) if error.to_string().contains("stale element") => {
                let element = self.find(css).await?;
                self.post(&format!("element/{element}/click"), json!({}))
                    .await
                    .map(drop)
            }
            clicked => clicked.map(drop),
        }
    }

    /// Types into what a CSS selector finds first, after emptying it; a path for a file input.
    ///
    /// # Errors
    /// When there is no such element.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let element = self.find(css).await?;
        let kind = self
            .script("return arguments[0].type", json!([{ ELEMENT: element }]))
            .await?;
        if kind != "file" {
            self.post(&format!("element/{element}/clear"), json!({}))
                .await?;
        }
        self.post(&format!("element/{element}/value"), json!({ "text": text }))
            .await
            .map(drop)
    }

    /// Presses a key wherever the page has its focus, with Ctrl held where it is asked for.
    ///
    /// # Errors
    /// When the browser does not act.
    pub async fn press(&self, key: &str, ctrl: bool) -> Result<()> {
        const CONTROL: &str = "\u{e009}";
        let act = |kind: &str, value: &str| json!({ "type": kind, "value": value });
        let mut acts = vec![act("keyDown", key), act("keyUp", key)];
        if ctrl {
            acts.insert(0, act("keyDown", CONTROL));
            acts.push(act("keyUp", CONTROL));
        }
        let keys = json!({ "type": "key", "id": "keys", "actions": acts });
        self.post("actions", json!({ "actions": [keys] }))
            .await
            .map(drop)
    }

    /// The text that a person sees in what a CSS selector finds first.
    ///
    /// # Errors
    /// When there is no such element.
    pub async fn text(&self, css: &str) -> Result<String> {
        let element = self.find(css).await?;
        Ok(self
            .get(&format!("element/{element}/text"))
            .await?
            .as_str()
            .unwrap_or("")
            .to_owned())
    }

    /// Draws on what a CSS selector finds first with a finger, in CSS pixels from its middle.
    ///
    /// # Errors
    /// When there is no such element, or the browser does not act.
    pub async fn draw(&self, css: &str, points: &[(i32, i32)]) -> Result<()> {
        let element = self.find(css).await?;
        let to = |(x, y): &(i32, i32), ms: u32| {
            json!({ "type": "pointerMove", "duration": ms, "x": x, "y": y,
                    "origin": { ELEMENT: element.clone() } })
        };
        let mut acts = Vec::new();
        for (index, point) in points.iter().enumerate() {
            acts.push(to(point, if index == 0 { 0 } else { 40 }));
            if index == 0 {
                acts.push(json!({ "type": "pointerDown", "button": 0 }));
            }
        }
        acts.push(json!({ "type": "pointerUp", "button": 0 }));
        let finger = json!({ "type": "pointer", "id": "finger",
                             "parameters": { "pointerType": "touch" }, "actions": acts });
        self.post("actions", json!({ "actions": [finger] }))
            .await
            .map(drop)
    }

    /// The page as it would be printed: a PDF.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn print(&self) -> Result<Vec<u8>> {
        let page = json!({ "page": { "width": 21.0, "height": 29.7 }, "background": true,
                           "shrinkToFit": false });
        let encoded = self.post("print", page).await?;
        Ok(base64::engine::general_purpose::STANDARD
            .decode(encoded.as_str().context("no paper")?)?)
    }

    /// Waits until a script's expression is true.
    ///
    /// # Errors
    /// When it is not within 20 seconds.
    pub async fn until(&self, expression: &str) -> Result<()> {
        // Asked again and again from here: a script that waits inside the page dies with the page.
        let script = format!("try {{ return !!({expression}) }} catch (e) {{ return false }}");
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            if self
                .script(&script, json!([]))
                .await
                .is_ok_and(|found| found == true)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("never true at {}: {expression}", self.url().await?);
    }

    /// Runs a script and returns what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn script(&self, script: &str, args: Value) -> Result<Value> {
        self.post("execute/sync", json!({ "script": script, "args": args }))
            .await
    }

    /// Widest overflow of the page to the right, in CSS pixels: 0 when nothing sticks out.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub async fn overflow(&self) -> Result<i64> {
        let script = "const d = document.documentElement; return d.scrollWidth - d.clientWidth";
        self.script(script, json!([]))
            .await?
            .as_i64()
            .context("no number")
    }

    /// Saves a picture of the window as PNG.
    ///
    /// # Errors
    /// When the browser gives none.
    pub async fn photograph(&self, to: &Path) -> Result<()> {
        let encoded = self.get("screenshot").await?;
        let png = base64::engine::general_purpose::STANDARD
            .decode(encoded.as_str().context("no picture")?)?;
        Ok(std::fs::write(to, png)?)
    }

    async fn find(&self, css: &str) -> Result<String> {
        let found = self
            .post("element", json!({ "using": "css selector", "value": css }))
            .await?;
        Ok(found[ELEMENT]
            .as_str()
            .with_context(|| format!("no element {css}"))?
            .to_owned())
    }

    async fn get(&self, command: &str) -> Result<Value> {
        Self::value(
            command,
            self.client
                .get(format!("{}/{command}", self.session))
                .send()
                .await?,
        )
        .await
    }

    async fn post(&self, command: &str, body: Value) -> Result<Value> {
        let request = self
            .client
            .post(format!("{}/{command}", self.session))
            .json(&body);
        Self::value(command, request.send().await?).await
    }

    async fn value(command: &str, response: reqwest::Response) -> Result<Value> {
        let failed = !response.status().is_success();
        let mut answer: Value = response.json().await?;
        if failed {
            let message = answer["value"]["message"].as_str().unwrap_or_default();
            bail!("{command}: {message}");
        }
        Ok(answer["value"].take())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // ChromeDriver ends its browser when it is told to; a plain kill would leave it running.
        let url = self.session.clone();
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            if let Ok(runtime) = runtime {
                let client = reqwest::Client::builder().no_proxy().build();
                let _ = runtime.block_on(async { client.ok()?.delete(url).send().await.ok() });
            }
        })
        .join();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
