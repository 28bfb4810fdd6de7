//! A line between a client and a server on this machine: counts what crosses it, takes its time, and
//! cuts every connection once when so much has gone up.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// What the line does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    /// Time of one way.
    pub delay: Duration,
    /// Bytes upwards at which every connection is cut, once.
    pub cut_at: Option<u64>,
}

/// What crossed so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crossed {
    /// Bytes towards the server.
    pub up: u64,
    /// Bytes towards the client.
    pub down: u64,
    /// Connections made.
    pub connections: u64,
    /// How often the client spoke after the server did, or first: one per request that waits for
    /// its answer.
    pub trips: u64,
}

/// A line in use; it goes with this value.
pub struct Proxy {
    /// Where clients connect.
    pub address: SocketAddr,
    counts: Arc<Counts>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Counts {
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
    trips: AtomicU64,
}

impl Proxy {
    /// A line to a server.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn to(server: SocketAddr, line: Line) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::new(Counts::default());
        let carried = counts.clone();
        let (cut, cuts) = watch::channel(false);
        let cut = Arc::new(cut);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                carried.connections.fetch_add(1, Ordering::Relaxed);
                let carry = carry(client, server, line, carried.clone(), cut.clone());
                let mut cuts = cuts.clone();
                // Made after the cut, it is not cut any more.
                let after = *cuts.borrow();
                tokio::spawn(async move {
                    tokio::select! {
                        () = carry => {}
                        _ = cuts.wait_for(|cut| *cut && !after) => {}
                    }
                });
            }
        });
        Self {
            address,
            counts,
            task,
        }
    }

    /// What crossed so far.
    #[must_use]
    pub fn crossed(&self) -> Crossed {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Crossed {
            up: read(&self.counts.up),
            down: read(&self.counts.down),
            connections: read(&self.counts.connections),
            trips: read(&self.counts.trips),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(
    client: TcpStream,
    server: SocketAddr,
    line: Line,
    counts: Arc<Counts>,
    cut: Arc<watch::Sender<bool>>,
) {
    // The handshake of a real line crosses it both ways before a byte can.
    tokio::time::sleep(line.delay * 2).await;
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let clients_turn = AtomicBool::new(true);
    let up = one_way(from_client, to_server, line.delay, |bytes| {
        if clients_turn.swap(false, Ordering::Relaxed) {
            counts.trips.fetch_add(1, Ordering::Relaxed);
        }
        let total = counts.up.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if line.cut_at.is_some_and(|at| total >= at) {
            cut.send_if_modified(|cut| !std::mem::replace(cut, true));
        }
    });
    let down = one_way(from_server, to_client, line.delay, |bytes| {
        clients_turn.store(true, Ordering::Relaxed);
        counts.down.fetch_add(bytes, Ordering::Relaxed);
    });
    tokio::join!(up, down);
}

/// Hands on what is read, each time after the delay.
async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: Duration,
    mut count: impl FnMut(u64),
) {
    // What waits here has not crossed: little where there is no delay to fill.
    let room = if delay > Duration::ZERO { 256 } else { 1 };
    let (late, mut due) = mpsc::channel::<(Instant, Vec<u8>)>(room);
    let read = async move {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let at = Instant::now() + delay;
            if late.send((at, buffer[..read].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((at, bytes)) = due.recv().await {
            if delay > Duration::ZERO {
                tokio::time::sleep_until(at).await;
            }
            // Before it is handed on: an answer must not be counted before its question.
            count(bytes.len() as u64);
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}
