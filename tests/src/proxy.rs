//! A line between a client and a server on this machine: counts what crosses it, takes its time, and
//! fails as lines do, once something crossed that was waited for.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// What the line does from the beginning.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    /// Time of one way.
    pub delay: Duration,
    /// Bytes upwards at which every connection is cut, once.
    pub cut_at: Option<u64>,
}

/// A way across the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Towards the server.
    Up,
    /// Towards the client.
    Down,
}

/// What a line does to its connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// It carries them.
    #[default]
    None,
    /// It ends them, and those that are made.
    Cut,
    /// It ends those that there are, and carries what is made after.
    CutOnce,
    /// Nothing crosses and nothing ends.
    Stall,
    /// What the server says does not arrive, and nothing ends.
    Swallow,
    /// So many bytes at a time, with a pause after each.
    Trickle { bytes: usize, pause: Duration },
    /// What the client says reaches the server on two connections; the second's answers are lost.
    Twice,
}

/// A fault and when it begins.
#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    fault: Fault,
    /// Way and bytes still to cross before it begins; begun when there is none.
    after: Option<(Way, u64)>,
    /// Connections made before are over.
    ends: u64,
}

impl Plan {
    fn begin(&mut self) {
        self.after = None;
        match self.fault {
            Fault::Cut => self.ends += 1,
            Fault::CutOnce => (self.ends, self.fault) = (self.ends + 1, Fault::None),
            Fault::None | Fault::Stall | Fault::Swallow | Fault::Trickle { .. } | Fault::Twice => {}
        }
    }
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
    /// Bytes of the server that were swallowed.
    pub swallowed: u64,
}

/// A line in use; it goes with this value.
pub struct Proxy {
    /// Where clients connect.
    pub address: SocketAddr,
    wire: Arc<Wire>,
    task: tokio::task::JoinHandle<()>,
}

/// What all connections of a line share.
struct Wire {
    delay: Duration,
    server: Mutex<SocketAddr>,
    plan: watch::Sender<Plan>,
    up: AtomicU64,
    down: AtomicU64,
    connections: AtomicU64,
    trips: AtomicU64,
    swallowed: AtomicU64,
}

impl Proxy {
    /// A line to a server.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn to(server: SocketAddr, line: Line) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let plan = line.cut_at.map_or_else(Plan::default, |bytes| Plan {
            fault: Fault::CutOnce,
            after: Some((Way::Up, bytes)),
            ends: 0,
        });
        let wire = Arc::new(Wire {
            delay: line.delay,
            server: Mutex::new(server),
            plan: watch::channel(plan).0,
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            trips: AtomicU64::new(0),
            swallowed: AtomicU64::new(0),
        });
        let carried = wire.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                carried.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(carry(client, carried.clone()));
            }
        });
        Self {
            address,
            wire,
            task,
        }
    }

    /// What crossed so far.
    #[must_use]
    pub fn crossed(&self) -> Crossed {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Crossed {
            up: read(&self.wire.up),
            down: read(&self.wire.down),
            connections: read(&self.wire.connections),
            trips: read(&self.wire.trips),
            swallowed: read(&self.wire.swallowed),
        }
    }

    /// From now on the line does this.
    pub fn does(&self, fault: Fault) {
        self.set(fault, None);
    }

    /// The line does this as soon as so many more bytes have crossed.
    pub fn does_after(&self, way: Way, bytes: u64, fault: Fault) {
        self.set(fault, Some((way, bytes)));
    }

    fn set(&self, fault: Fault, after: Option<(Way, u64)>) {
        self.wire.plan.send_modify(|plan| {
            (plan.fault, plan.after) = (fault, after);
            if after.is_none() {
                plan.begin();
            }
        });
    }

    /// Ends the connections that there are; new ones are carried.
    pub fn cut_now(&self) {
        self.does(Fault::CutOnce);
    }

    /// Leads to another server from now on.
    pub fn leads_to(&self, server: SocketAddr) {
        *lock(&self.wire.server) = server;
    }

    /// Waits until the fault has begun, and where it swallows until something was swallowed.
    ///
    /// # Panics
    /// When the line is gone.
    pub async fn struck(&self) {
        let mut plan = self.wire.plan.subscribe();
        let begun = plan.wait_for(|plan| plan.after.is_none()).await;
        let swallows = begun.unwrap().fault == Fault::Swallow;
        while swallows && self.wire.swallowed.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    fn now(&self) -> Fault {
        let plan = *self.plan.borrow();
        match plan.after {
            None => plan.fault,
            Some(_) => Fault::None,
        }
    }

    /// How many of these bytes still cross before the fault begins; all of them where none waits.
    fn before_fault(&self, way: Way, bytes: u64) -> u64 {
        let mut crosses = bytes;
        self.plan.send_if_modified(|plan| {
            let Some((on, left)) = &mut plan.after else {
                return false;
            };
            if *on != way {
                return false;
            }
            if bytes < *left {
                *left -= bytes;
                return false;
            }
            crosses = *left;
            plan.begin();
            true
        });
        crosses
    }

    fn server(&self) -> SocketAddr {
        *lock(&self.server)
    }

    fn count(&self, way: Way, bytes: u64, clients_turn: &AtomicBool) {
        match way {
            Way::Up => {
                if clients_turn.swap(false, Ordering::Relaxed) {
                    self.trips.fetch_add(1, Ordering::Relaxed);
                }
                self.up.fetch_add(bytes, Ordering::Relaxed);
            }
            Way::Down => {
                clients_turn.store(true, Ordering::Relaxed);
                self.down.fetch_add(bytes, Ordering::Relaxed);
            }
        }
    }
}

/// Carries a connection until it ends or is cut.
async fn carry(client: TcpStream, wire: Arc<Wire>) {
    let mut plan = wire.plan.subscribe();
    let made_in = plan.borrow().ends;
    // The handshake of a real line crosses it both ways before a byte can.
    tokio::time::sleep(wire.delay * 2).await;
    if wire.now() == Fault::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(wire.server()).await else {
        return;
    };
    let twice = wire.now() == Fault::Twice;
    let again = if twice {
        TcpStream::connect(wire.server()).await.ok()
    } else {
        None
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let clients_turn = AtomicBool::new(true);
    let (also_from, also_to) = again.map(TcpStream::into_split).unzip();
    let carried = async {
        let up = one_way(
            &wire,
            Way::Up,
            from_client,
            (to_server, also_to),
            &clients_turn,
        );
        let down = one_way(
            &wire,
            Way::Down,
            from_server,
            (to_client, None),
            &clients_turn,
        );
        tokio::join!(up, down, discard(also_from));
    };
    tokio::select! {
        () = carried => {}
        _ = plan.wait_for(|plan| plan.ends > made_in) => {}
    }
}

/// Reads on what nobody is to hear.
async fn discard(from: Option<impl AsyncRead + Unpin>) {
    let Some(mut from) = from else { return };
    let mut buffer = vec![0; 16 << 10];
    while let Ok(1..) = from.read(&mut buffer).await {}
}

/// Hands on what is read, each time after the delay and as the line does then.
async fn one_way<W: AsyncWrite + Unpin>(
    wire: &Wire,
    way: Way,
    mut from: impl AsyncRead + Unpin,
    (mut to, mut also): (W, Option<W>),
    clients_turn: &AtomicBool,
) {
    // What waits here has not crossed: little where there is no delay to fill.
    let room = if wire.delay > Duration::ZERO { 256 } else { 1 };
    let (late, mut due) = mpsc::channel::<(Instant, Vec<u8>)>(room);
    let read = async move {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            let at = Instant::now() + wire.delay;
            if late.send((at, buffer[..read].to_vec())).await.is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((at, bytes)) = due.recv().await {
            if wire.delay > Duration::ZERO {
                tokio::time::sleep_until(at).await;
            }
            if !hand_on(wire, way, &bytes, (&mut to, also.as_mut()), clients_turn).await {
                return;
            }
        }
        let _ = to.shutdown().await;
        if let Some(also) = &mut also {
            let _ = also.shutdown().await;
        }
    };
    tokio::join!(read, write);
}

/// Hands on bytes as the line does now; `false` when nothing more can cross.
async fn hand_on<W: AsyncWrite + Unpin>(
    wire: &Wire,
    way: Way,
    mut bytes: &[u8],
    (to, mut also): (&mut W, Option<&mut W>),
    clients_turn: &AtomicBool,
) -> bool {
    let mut plan = wire.plan.subscribe();
    while !bytes.is_empty() {
        let (step, pause) = match wire.now() {
            Fault::Stall | Fault::Cut => {
                if plan.changed().await.is_err() {
                    return false;
                }
                continue;
            }
            Fault::Swallow if way == Way::Down => {
                let lost = bytes.len() as u64;
                wire.swallowed.fetch_add(lost, Ordering::Relaxed);
                return true;
            }
            Fault::Trickle { bytes: step, pause } => (step.min(bytes.len()), Some(pause)),
            Fault::None | Fault::CutOnce | Fault::Swallow | Fault::Twice => (bytes.len(), None),
        };
        let crosses = wire.before_fault(way, step as u64) as usize;
        let (now, later) = bytes.split_at(crosses);
        bytes = later;
        if !now.is_empty() {
            // Before it is handed on: an answer must not be counted before its question.
            wire.count(way, now.len() as u64, clients_turn);
            if to.write_all(now).await.is_err() {
                return false;
            }
            if let Some(also) = also.as_mut() {
                let _ = also.write_all(now).await;
            }
        }
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
    }
    true
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
