//! The driver against a court that is cut, lies and stalls.

mod court;
mod cuts;
mod day;
mod http;
mod lies;
mod phone;
mod tls;
mod uploads;

use court::Court;
use http::Server;
use phone::Phone;
use std::sync::Arc;

/// A court that listens, and a phone of it.
async fn both() -> (Arc<Court>, Server, Phone) {
    let court = Arc::new(Court::new());
    let server = Server::start(court.clone()).await;
    let phone = Phone::new(&server.url(), None);
    (court, server, phone)
}

/// As [`both`], with the first sync done.
async fn enrolled() -> (Arc<Court>, Server, Phone) {
    let (court, server, phone) = both().await;
    phone.write(phone::entries(0, 1));
    assert_eq!(phone.sync().await.outcome, crate::LastOutcome::Done);
    court.state().requests.clear();
    server.sent.lock().unwrap().clear();
    (court, server, phone)
}
