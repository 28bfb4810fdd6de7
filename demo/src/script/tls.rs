//! The TLS key that a server shows, found without the product's client.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};
use std::sync::{Arc, Mutex};

/// SHA-256 of the public key (SubjectPublicKeyInfo) shown by the server at an address.
///
/// # Errors
/// When no handshake comes about.
pub async fn key_of(address: &str) -> Result<String> {
    let address = address.to_owned();
    tokio::task::spawn_blocking(move || {
        let seen = Arc::new(Look {
            provider: ring::default_provider(),
            seen: Mutex::default(),
        });
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(seen.clone())
            .with_no_client_auth();
        let name = ServerName::try_from("localhost")?;
        let mut connection = ClientConnection::new(Arc::new(config), name)?;
        let mut socket = std::net::TcpStream::connect(&address)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket).context("handshake")?;
        }
        let der = seen.seen.lock().map(|it| it.clone()).unwrap_or_default();
        Ok(super::oracle::sha256(
            public_key_info(&der).context("read the certificate")?,
        ))
    })
    .await?
}

/// The same ticket with another TLS key in it.
///
/// # Errors
/// When it is no ticket.
pub fn with_wrong_pin(ticket: &str) -> Result<String> {
    let encoded = ticket.strip_prefix("waiqin1:").context("no ticket")?;
    let mut json: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded)?)?;
    let pin = json["tls"].as_str().context("no pin")?;
    let flipped = if pin.starts_with('0') { "1" } else { "0" };
    json["tls"] = format!("{flipped}{}", pin.get(1..).unwrap_or_default()).into();
    Ok(format!(
        "waiqin1:{}",
        URL_SAFE_NO_PAD.encode(json.to_string())
    ))
}

/// Looks at the certificate and checks that the server holds its key.
#[derive(Debug)]
struct Look {
    provider: CryptoProvider,
    seen: Mutex<Vec<u8>>,
}

impl ServerCertVerifier for Look {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Ok(mut seen) = self.seen.lock() {
            *seen = end_entity.to_vec();
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// SubjectPublicKeyInfo of a certificate (RFC 5280 §4.1): the seventh part of the inner sequence,
/// counting the version.
fn public_key_info(certificate: &[u8]) -> Option<&[u8]> {
    let (_, certificate, _) = part(certificate)?;
    let (_, mut inner, _) = part(certificate)?;
    for _ in 0..6 {
        inner = part(inner)?.2;
    }
    part(inner).map(|(whole, _, _)| whole)
}

/// One DER value: the whole of it, its content, and what follows.
fn part(der: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let first = usize::from(*der.get(1)?);
    let (head, length) = if first < 0x80 {
        (2, first)
    } else {
        let bytes = der.get(2..2 + (first & 0x7f))?;
        let length = bytes
            .iter()
            .fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte));
        (2 + bytes.len(), length)
    };
    let end = head.checked_add(length)?;
    Some((der.get(..end)?, der.get(head..end)?, der.get(end..)?))
}
