//! TLS with rustls and ring. `init` makes a self-signed certificate: phones pin the public key that
//! their ticket names, so no authority is needed on an isolated network, and a court that has
//! certificates of its own puts them in place of `keys/tls.pem` and `keys/tls.key`.

mod validity;

use crate::keys::{KeysError, write_secret};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waiqin_protocol::suite::sha256;

/// The certificate could not be made or used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Making it failed.
    #[error("could not make a certificate")]
    Make(#[source] rcgen::Error),
    /// Writing it failed.
    #[error("could not write the certificate")]
    Write(#[from] KeysError),
    /// A PEM file does not read.
    #[error("could not read {path}")]
    Pem {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// Key and certificate cannot be used.
    #[error("key and certificate cannot be used for TLS")]
    Use(#[source] rustls::Error),
    /// The key does not tell its public half.
    #[error("the TLS key does not tell its public half")]
    NoPublicKey,
}

/// Makes key and certificate in `data/keys`.
///
/// # Errors
/// When they cannot be made, or are already there.
pub fn create(data: &Path, names: Vec<String>) -> Result<(), TlsError> {
    let made = rcgen::generate_simple_self_signed(names).map_err(TlsError::Make)?;
    write_secret(&key_path(data), made.signing_key.serialize_pem().as_bytes())?;
    write_secret(&certificate_path(data), made.cert.pem().as_bytes())?;
    Ok(())
}

/// SHA-256 of the public key (SubjectPublicKeyInfo), hexadecimal: what phones pin. `None` when the
/// data folder has no certificate.
///
/// # Errors
/// When the key does not read.
pub fn pin_of(data: &Path) -> Result<Option<String>, TlsError> {
    if !key_path(data).exists() {
        return Ok(None);
    }
    let key = ring::sign::any_supported_type(&private_key(data)?).map_err(TlsError::Use)?;
    let public = key.public_key().ok_or(TlsError::NoPublicKey)?;
    Ok(Some(hex::encode(sha256(&public))))
}

/// When the certificate ends, ms UTC; `None` when that does not read.
///
/// # Errors
/// When the file does not read.
pub fn end_of(data: &Path) -> Result<Option<i64>, TlsError> {
    let path = certificate_path(data);
    let der =
        CertificateDer::from_pem_file(&path).map_err(|source| TlsError::Pem { path, source })?;
    Ok(validity::end_of(&der))
}

/// The configuration of the HTTPS listener.
///
/// # Errors
/// When key or certificate do not read or do not fit.
pub fn server_config(data: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let path = certificate_path(data);
    let chain = CertificateDer::pem_file_iter(&path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|source| TlsError::Pem { path, source })?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Use)?
        .with_no_client_auth()
        .with_single_cert(chain, private_key(data)?)
        .map_err(TlsError::Use)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn private_key(data: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let path = key_path(data);
    PrivateKeyDer::from_pem_file(&path).map_err(|source| TlsError::Pem { path, source })
}

fn certificate_path(data: &Path) -> PathBuf {
    data.join("keys").join("tls.pem")
}

fn key_path(data: &Path) -> PathBuf {
    data.join("keys").join("tls.key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_reads() {
        for (year, ms) in [(2030, 1_893_456_000_000), (2060, 2_840_140_800_000)] {
            let mut params = rcgen::CertificateParams::new(vec!["localhost".into()]).unwrap();
            params.not_after = rcgen::date_time_ymd(year, 1, 1);
            let key = rcgen::KeyPair::generate().unwrap();
            let certificate = params.self_signed(&key).unwrap();
            assert_eq!(validity::end_of(certificate.der()), Some(ms), "{year}");
        }
        assert_eq!(validity::end_of(&[0x30, 0x84, 0xff]), None);
    }

    #[test]
    fn the_pin_is_the_hash_of_the_public_key_info_in_the_certificate() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("keys")).unwrap();
        assert_eq!(pin_of(dir.path()).unwrap(), None);
        create(dir.path(), vec!["localhost".into()]).unwrap();
        let pin = pin_of(dir.path()).unwrap().unwrap();
        server_config(dir.path()).unwrap();
        // An independent reading: the certificate contains the public key info as a slice of its
        // DER; find the slice of that length whose hash is the pin.
        let der = CertificateDer::from_pem_file(certificate_path(dir.path())).unwrap();
        let found = (0..der.len()).any(|at| {
            // P-256: 91 bytes.
            der.get(at..at + 91)
                .is_some_and(|slice| hex::encode(sha256(slice)) == pin)
        });
        assert!(found);
    }
}
