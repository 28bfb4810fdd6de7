//! A clerk at the console, without a screen.

use crate::court::{Court, server};
use crate::desk::{Desk, hidden};

pub const PASSWORD: &str = "内勤的口令 2019";

pub struct Clerk(Desk);

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
        let url = format!("http://{}", court.address("http"));
        Self(Desk::sign_in(&url, login, PASSWORD).await)
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
        let path = format!("{address}/decide");
        let (status, page) = self.tries(&path, &page, &fields).await;
        assert_eq!(status, 303, "{path}: {page}");
    }

    pub async fn get(&mut self, path: &str) -> String {
        self.0.page(path).await
    }

    /// Status and page of an address, whatever it answers.
    pub async fn tries_to_get(&mut self, path: &str) -> (u16, String) {
        let answer = self.0.get(path).await;
        (answer.status, answer.page)
    }

    /// Sends a form of a page; what it is answered.
    pub async fn tries(
        &mut self,
        path: &str,
        page: &str,
        fields: &[(&str, &str)],
    ) -> (u16, String) {
        let answer = self.0.post(path, page, fields).await;
        (answer.status, answer.page)
    }
}
