//! As much of a court as enrols a phone: whose code it is, and a certificate. For everything else
//! it is closed.

use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use waiqin_core::keys::recovery;
use waiqin_protocol::ids::{OfficerId, ServerId};
use waiqin_protocol::journal::{Certificate, Entry, Signed, entry_hash};
use waiqin_protocol::suite::{Ed25519Signer, Signer};
use waiqin_protocol::wire::enrol::{EnrolAnswer, EnrolOffer, EnrolRequest, OfficerCard, Ticket};

/// The court's recovery key, secret half.
pub const RECOVERY: [u8; 32] = [23; 32];
const SIGNING: [u8; 32] = [21; 32];

/// A court that listens as long as it lives.
pub struct Court {
    _runtime: tokio::runtime::Runtime,
    pub ticket: String,
    pub officer: String,
}

fn server() -> ServerId {
    ServerId::from_bytes([22; 16])
}

fn offer() -> EnrolOffer {
    EnrolOffer {
        court: "某区人民法院".into(),
        officer: OfficerCard {
            id: OfficerId::from_bytes([5; 16]),
            list_name: "王某".into(),
            name: "王某".into(),
        },
        recovery: BASE64.encode(recovery::public_of(&RECOVERY)),
        server: server(),
    }
}

async fn certify(Json(request): Json<EnrolRequest>) -> Json<EnrolAnswer> {
    let bytes = request.entry.as_bytes();
    let body = Certificate {
        entry: entry_hash(bytes),
        journal: Entry::from_bytes(bytes).unwrap().journal,
        server: server(),
    };
    let signer = Ed25519Signer::from_secret(&SIGNING);
    Json(EnrolAnswer {
        certificate: Signed::sign(body, &signer).unwrap(),
    })
}

impl Court {
    pub fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let routes = Router::new()
            .route("/api/v1/enrol/begin", post(async || Json(offer())))
            .route("/api/v1/enrol", post(certify))
            .fallback(async || StatusCode::SERVICE_UNAVAILABLE);
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let ticket = Ticket {
            code: "7KQ4-M2PX".into(),
            key: Ed25519Signer::from_secret(&SIGNING).public_key(),
            server: server(),
            tls: None,
            url: format!("http://{}", listener.local_addr().unwrap()),
        };
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self {
            _runtime: runtime,
            ticket: ticket.to_string(),
            officer: offer().officer.id.to_string(),
        }
    }
}
