//! Somebody at the console: a browser without a screen.

use std::collections::BTreeMap;

pub struct Desk {
    client: reqwest::Client,
    url: String,
    cookies: BTreeMap<String, String>,
}

/// What an address answered.
pub struct Answer {
    pub status: u16,
    pub bytes: usize,
    pub page: String,
}

impl Desk {
    pub async fn sign_in(url: &str, login: &str, password: &str) -> Self {
        let mut desk = Self {
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            url: url.to_owned(),
            cookies: BTreeMap::new(),
        };
        let page = desk.get("/sign-in").await.page;
        let fields = [("login", login), ("password", password)];
        let answer = desk.post("/sign-in", &page, &fields).await;
        assert_eq!(answer.status, 303, "{login}: {}", answer.page);
        desk
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.url));
        self.send(request).await
    }

    /// A page that is there.
    pub async fn page(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.page);
        answer.page
    }

    /// Sends a form that stood on a page, with its token.
    pub async fn post(&mut self, path: &str, page: &str, fields: &[(&str, &str)]) -> Answer {
        let token = hidden(page, "token");
        let mut form = vec![("token", token.as_str())];
        form.extend(fields);
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(serde_urlencoded::to_string(&form).unwrap());
        self.send(request).await
    }

    /// Sends a file in a form that stood on a page.
    pub async fn upload(&mut self, path: &str, page: &str, name: &str, file: &[u8]) -> Answer {
        let token = hidden(page, "token");
        let mut body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--x\r\n\
             Content-Disposition: form-data; name=\"list\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n"
        )
        .into_bytes();
        body.extend(file);
        body.extend(b"\r\n--x--\r\n");
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("content-type", "multipart/form-data; boundary=x")
            .body(body);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let pairs = self.cookies.iter();
        let cookies: Vec<String> = pairs.map(|(k, v)| format!("{k}={v}")).collect();
        let answer = request
            .header("cookie", cookies.join("; "))
            .header("origin", self.url.clone())
            .send()
            .await
            .unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = answer.status().as_u16();
        let bytes = answer.bytes().await.unwrap();
        Answer {
            status,
            bytes: bytes.len(),
            page: String::from_utf8_lossy(&bytes).into_owned(),
        }
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
