//! The pinned key: it alone opens the line, and only to who holds its secret.

use super::court::Court;
use super::http::Server;
use super::phone::{Phone, SERVER, court_key, entries};
use crate::LastOutcome;
use crate::host::NetworkSwitch;
use crate::sync::{CallError, Enrolment};
use rcgen::{CertificateParams, KeyPair, PublicKeyData};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use waiqin_protocol::suite::{Signer, sha256};
use waiqin_protocol::wire::enrol::Ticket;

/// Shows one certificate and signs with any key.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesServerCert for Shows {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
}

fn certificate(key: &KeyPair) -> CertificateDer<'static> {
    // A name that nobody looks for, and dates that are long over.
    let mut params = CertificateParams::new(vec!["elsewhere.example".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2001, 1, 1);
    params.not_after = rcgen::date_time_ymd(2002, 1, 1);
    params.self_signed(key).unwrap().der().clone()
}

fn config(shown: &KeyPair, signs: &KeyPair, tls12: bool) -> Arc<rustls::ServerConfig> {
    let provider = Arc::new(ring::default_provider());
    let secret = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signs.serialize_der()));
    let signing = provider.key_provider.load_private_key(secret).unwrap();
    let certified = CertifiedKey::new(vec![certificate(shown)], signing);
    let versions: &[&rustls::SupportedProtocolVersion] = if tls12 {
        &[&rustls::version::TLS12]
    } else {
        &[&rustls::version::TLS13]
    };
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Shows(Arc::new(certified))));
    Arc::new(config)
}

fn pin(key: &KeyPair) -> String {
    hex::encode(sha256(&key.subject_public_key_info()))
}

async fn syncs(shown: &KeyPair, signs: &KeyPair, pinned: &str, tls12: bool) -> LastOutcome {
    let court = Arc::new(Court::new());
    let server = Server::start_with(court.clone(), Some(config(shown, signs, tls12))).await;
    let phone = Phone::new(
        &format!("https://{}", server.address),
        Some(pinned.to_owned()),
    );
    phone.write(entries(0, 3));
    phone.take_photo(vec![3; 50_000]);
    let outcome = phone.sync().await.outcome;
    let done = outcome == LastOutcome::Done;
    assert_eq!(court.state().entries.len(), if done { 3 } else { 0 });
    assert_eq!(
        court.paths().is_empty(),
        !done,
        "nothing is said to who has another key"
    );
    outcome
}

#[tokio::test]
async fn the_pinned_key_opens_whatever_its_certificate_says_and_no_other_does() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    for tls12 in [false, true] {
        assert_eq!(
            syncs(&key, &key, &pin(&key), tls12).await,
            LastOutcome::Done
        );
        assert_eq!(
            syncs(&key, &key, &pin(&other), tls12).await,
            LastOutcome::NotOurs
        );
        assert_eq!(syncs(&key, &key, "", tls12).await, LastOutcome::NotOurs);
        // The right certificate in the hands of who lacks its secret.
        let stolen = syncs(&key, &other, &pin(&key), tls12).await;
        assert_ne!(stolen, LastOutcome::Done);
    }
}

#[tokio::test]
async fn a_renewed_certificate_of_the_same_key_still_opens() {
    let key = KeyPair::generate().unwrap();
    assert_ne!(
        certificate(&key),
        certificate(&key),
        "serial numbers differ"
    );
    assert_eq!(
        syncs(&key, &key, &pin(&key), false).await,
        LastOutcome::Done
    );
}

#[tokio::test]
async fn an_enrolment_with_a_wrong_pin_says_that_the_key_is_wrong() {
    let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let server = Server::start_with(Arc::new(Court::new()), Some(config(&key, &key, false))).await;
    let ticket = |pinned: &KeyPair| Ticket {
        code: "7KQ4-M2PX".into(),
        key: court_key().public_key(),
        server: SERVER,
        tls: Some(pin(pinned)),
        url: format!("https://{}", server.address),
    };
    let network = Arc::new(NetworkSwitch::new(true));
    let enrolment = Enrolment::with(&ticket(&other), network.clone(), None).unwrap();
    let error = enrolment.begin().await.unwrap_err();
    assert!(matches!(error, CallError::WrongKey), "{error:?}");
    let enrolment = Enrolment::with(&ticket(&key), network, None).unwrap();
    let error = enrolment.begin().await.unwrap_err();
    assert!(matches!(error, CallError::Refused { .. }), "{error:?}");
}
