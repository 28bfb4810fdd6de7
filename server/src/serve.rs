//! Serving: plain HTTP on loopback, HTTPS elsewhere, the same routes on both.
//!
//! Connections are driven here rather than by `axum::serve`, for a bound on their number, a limit on
//! the time that headers take, handshakes that hold up nobody else, and an end that lets requests
//! finish.

use crate::api;
use crate::clock::Clock;
use crate::config::Config;
use crate::court::{Court, CourtError};
use crate::db::DbError;
use crate::tls::{self, TlsError};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

/// A handshake takes at most this long.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Requests have this long to finish when the server ends.
const FINISH: Duration = Duration::from_secs(10);
/// Uploads that are over are cleared up this often.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// Marks a request that came over this server's own TLS.
#[derive(Clone, Copy, Debug)]
pub struct OverTls;

/// Sockets that are bound.
#[derive(Debug)]
pub struct Listeners {
    /// Plain HTTP, loopback.
    pub http: TcpListener,
    /// HTTPS.
    pub https: Option<TcpListener>,
}

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Plain HTTP.
    pub http: SocketAddr,
    /// HTTPS.
    pub https: Option<SocketAddr>,
    /// SHA-256 of the TLS public key, when HTTPS is served.
    pub tls_pin: Option<String>,
}

/// The server could not be started, or ended by a failure.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Plain HTTP was to be served to other machines.
    #[error(
        "plain HTTP is served on loopback alone, not on {0}: give that address as --tls-listen"
    )]
    NotLoopback(SocketAddr),
    /// An address could not be bound.
    #[error("could not listen on {address}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A bound socket does not tell its address.
    #[error("could not read the address of a socket")]
    Address(#[source] std::io::Error),
    /// The court's folder does not open.
    #[error("could not open the court's server")]
    Court(#[from] CourtError),
    /// Key and certificate cannot be used.
    #[error("could not prepare TLS")]
    Tls(#[from] TlsError),
    /// The database does not answer.
    #[error("could not write to the database")]
    Db(#[from] DbError),
}

impl Listeners {
    /// Binds the addresses of the settings.
    ///
    /// # Errors
    /// When plain HTTP would leave this machine, or an address is taken.
    pub async fn bind(config: &Config) -> Result<Self, ServeError> {
        if !config.listen.ip().is_loopback() {
            return Err(ServeError::NotLoopback(config.listen));
        }
        Ok(Self {
            http: bind(config.listen).await?,
            https: match config.tls_listen {
                None => None,
                Some(address) => Some(bind(address).await?),
            },
        })
    }
}

/// Everything that is served: the API for phones, the console for the office.
pub fn routes(court: Court) -> Router {
    let console = crate::console::routes(court.clone());
    api::routes(court)
        .merge(console)
        .layer(axum::middleware::from_fn(log_request))
}

/// Serves a court until `shutdown` completes; requests that have begun may finish. `ready` is called
/// once, when the first request would be answered.
///
/// # Errors
/// When the court does not open, or plain HTTP would leave this machine.
pub async fn serve(
    config: Config,
    clock: Arc<dyn Clock>,
    listeners: Listeners,
    shutdown: impl Future<Output = ()>,
    ready: impl FnOnce(&Addresses),
) -> Result<(), ServeError> {
    let court = Court::open(&config, clock).await?;
    let addresses = addresses_of(&listeners, &court)?;
    if !addresses.http.ip().is_loopback() {
        return Err(ServeError::NotLoopback(addresses.http));
    }
    api::sweep(&court, true).await?;
    court.catch_up().await?;
    court.set_served_url(url_of(&addresses)).await?;
    let (stop, stopped) = watch::channel(false);
    let places = Arc::new(Semaphore::new(config.connections_max as usize));
    let door = Door {
        routes: routes(court.clone()),
        places: places.clone(),
        stall: config.stall,
        stopped,
    };
    let mut doors = vec![tokio::spawn(door.clone().open(listeners.http, None))];
    if let Some(listener) = listeners.https {
        let acceptor = TlsAcceptor::from(tls::server_config(&config.data)?);
        doors.push(tokio::spawn(door.open(listener, Some(acceptor))));
    }
    let sweeping = tokio::spawn(sweep_now_and_then(court.clone()));
    ready(&addresses);
    shutdown.await;
    let _ = stop.send(true);
    sweeping.abort();
    for door in doors {
        let _ = door.await;
    }
    // Every connection holds a place: when all are free, all have ended.
    let all_ended = places.acquire_many(config.connections_max);
    if tokio::time::timeout(FINISH, all_ended).await.is_err() {
        tracing::warn!("requests were cut off at the end");
    }
    court.db().close().await;
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Bind { address, source })
}

fn addresses_of(listeners: &Listeners, court: &Court) -> Result<Addresses, ServeError> {
    let https = listeners
        .https
        .as_ref()
        .map(TcpListener::local_addr)
        .transpose();
    let https = https.map_err(ServeError::Address)?;
    Ok(Addresses {
        http: listeners.http.local_addr().map_err(ServeError::Address)?,
        https,
        tls_pin: court
            .tls_pin()
            .filter(|_| https.is_some())
            .map(str::to_owned),
    })
}

/// The URL of an address; one that stands for all of a machine's is written as loopback, because a
/// phone needs the setting `public_url` then.
fn url_of(addresses: &Addresses) -> String {
    let (scheme, mut address) = match addresses.https {
        Some(https) => ("https", https),
        None => ("http", addresses.http),
    };
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    format!("{scheme}://{address}")
}

async fn sweep_now_and_then(court: Court) {
    loop {
        tokio::time::sleep(SWEEP_EVERY).await;
        if let Err(error) = api::sweep(&court, false).await {
            tracing::error!("clearing up uploads: {error}");
        }
    }
}

/// One way in.
#[derive(Clone)]
struct Door {
    routes: Router,
    places: Arc<Semaphore>,
    stall: Duration,
    stopped: watch::Receiver<bool>,
}

impl Door {
    async fn open(mut self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        loop {
            let places = self.places.clone();
            let accept = async {
                let place = places.acquire_owned().await;
                (place, listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                biased;
                () = told(&mut self.stopped) => return,
                accepted = accept => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, or a connection that went before it was taken.
                    tracing::warn!("could not accept a connection: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let (door, tls) = (self.clone(), tls.clone());
            tokio::spawn(async move {
                door.greet(stream, peer, tls).await;
                drop(place);
            });
        }
    }

    async fn greet(self, stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>) {
        // Small answers leave at once.
        let _ = stream.set_nodelay(true);
        let Some(acceptor) = tls else {
            return self.drive(stream, peer, None).await;
        };
        match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => self.drive(stream, peer, Some(OverTls)).await,
            Ok(Err(error)) => tracing::debug!("handshake: {error}"),
            Err(_) => tracing::debug!("handshake took too long"),
        }
    }

    async fn drive<S>(mut self, stream: S, peer: SocketAddr, tls: Option<OverTls>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stall = self.stall;
        let service = self
            .routes
            .map_request(move |request: hyper::Request<Incoming>| {
                let mut request =
                    request.map(|body| Body::new(Box::pin(TimeoutBody::new(stall, body))));
                request.extensions_mut().insert(ConnectInfo(peer));
                if let Some(tls) = tls {
                    request.extensions_mut().insert(tls);
                }
                request
            });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(stall)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = told(&mut self.stopped) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!("connection: {error}");
        }
    }
}

/// Waits until the server is told to end.
async fn told(stopped: &mut watch::Receiver<bool>) {
    // The sender goes when `serve` does, which is an end too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// One line per request: method, route, status, time. No query, no id of a person, no content.
async fn log_request(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    tracing::info!(%method, route, status, ms, "request");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_carry_https_where_it_is_served() {
        let http: SocketAddr = "127.0.0.1:8700".parse().unwrap();
        let mut addresses = Addresses {
            http,
            https: None,
            tls_pin: None,
        };
        assert_eq!(url_of(&addresses), "http://127.0.0.1:8700");
        addresses.https = Some("10.1.2.3:8743".parse().unwrap());
        assert_eq!(url_of(&addresses), "https://10.1.2.3:8743");
        addresses.https = Some("0.0.0.0:8743".parse().unwrap());
        assert_eq!(url_of(&addresses), "https://127.0.0.1:8743");
    }

    #[tokio::test]
    async fn plain_http_is_refused_off_loopback() {
        let settings = crate::config::Settings {
            listen: Some("0.0.0.0:0".parse().unwrap()),
            ..Default::default()
        };
        let config = Config::load(std::path::Path::new("/nowhere"), settings).unwrap();
        assert!(matches!(
            Listeners::bind(&config).await,
            Err(ServeError::NotLoopback(_))
        ));
    }
}
