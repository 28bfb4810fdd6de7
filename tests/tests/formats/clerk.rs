//! A clerk at the console, without a screen.

use crate::court::{Court, server};
use std::collections::BTreeMap;

pub const PASSWORD: &str = "内勤的口令 2019";

pub struct Clerk {
    client: reqwest::Client,
    url: String,
    cookies: BTreeMap<String, String>,
}

impl Clerk {
    pub async fn sign_in(court: &Court) -> Self {
        Self::sign_in_as(court, "zhao", "赵某", "clerk").await
    }

    /// Signs in somebody of a role, whom the court may know already.
    pub async fn sign_in_as(court: &Court, login: &str, name: &str, role: &str) -> Self {
        let file = court.data().with_file_name("password");
        std::fs::write(&file, PASSWORD).unwrap();
        let user = [
            "user", "add", "--login", login, "--name", name, "--role", role,
        ];
        let args = [&user[..], &["--password-file", file.to_str().unwrap()]];
        if !server(court.data(), &["user", "list"]).contains(&format!("{login}\t")) {
            server(court.data(), &args.concat());
        }
        // Another test of this process may have chosen it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        let mut clerk = Self {
            client: client.build().unwrap(),
            url: format!("http://{}", court.address("http")),
            cookies: BTreeMap::new(),
        };
        let page = clerk.get("/sign-in").await;
        let fields = [("login", login), ("password", PASSWORD)];
        clerk.post("/sign-in", &page, &fields).await;
        clerk
    }

    /// Chooses among the values that stand against each other on a record.
    pub async fn decides(&mut self, record: &str, path: &str, chosen: &str) {
        let address = format!("/records/{record}");
        let page = self.get(&address).await;
        let candidates = hidden(&page, "candidates");
        let fields = [
            ("path", path),
            ("candidates", candidates.as_str()),
            ("chosen", chosen),
            ("reason", "以现场照片为准"),
        ];
        self.post(&format!("{address}/decide"), &page, &fields)
            .await;
    }

    pub async fn get(&mut self, path: &str) -> String {
        let (status, page) = self.tries_to_get(path).await;
        assert_eq!(status, 200, "{path}: {page}");
        page
    }

    /// Status and page of an address, whatever it answers.
    pub async fn tries_to_get(&mut self, path: &str) -> (u16, String) {
        let request = self.client.get(format!("{}{path}", self.url));
        self.send(request).await
    }

    async fn post(&mut self, path: &str, page: &str, fields: &[(&str, &str)]) {
        let (status, page) = self.tries(path, page, fields).await;
        assert_eq!(status, 303, "{path}: {page}");
    }

    /// Sends a form of a page; what it is answered.
    pub async fn tries(
        &mut self,
        path: &str,
        page: &str,
        fields: &[(&str, &str)],
    ) -> (u16, String) {
        let token = hidden(page, "token");
        let mut url = reqwest::Url::parse("http://form").unwrap();
        url.query_pairs_mut()
            .append_pair("token", &token)
            .extend_pairs(fields);
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(url.query().unwrap().to_owned());
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> (u16, String) {
        let cookies = self.cookies.iter().map(|(k, v)| format!("{k}={v}"));
        let answer = request
            .header("cookie", cookies.collect::<Vec<_>>().join("; "))
            .header("origin", &self.url)
            .send()
            .await
            .unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

/// The value of a hidden field.
pub fn hidden(page: &str, name: &str) -> String {
    let from = page
        .split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} on {page}"));
    from.split('"').next().unwrap().to_owned()
}
