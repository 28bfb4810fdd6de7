//! A server of the simplest kind, made for being wrong: it reads requests by hand and answers with
//! whatever bytes a test wants, or with fewer.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The body ended as its framing said.
    pub whole: bool,
    /// Bytes of head and body on the line.
    pub bytes: usize,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What is sent back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Only so many bytes of head and body, then the connection closes.
    pub cut: Option<usize>,
    /// Nothing at all, for ever.
    pub silent: bool,
}

impl Reply {
    pub fn new(status: u16, media: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), media.to_owned())];
        let body = body.into();
        Self {
            status,
            headers,
            body,
            cut: None,
            silent: false,
        }
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub fn cut_at(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    fn bytes(&self, head_only: bool) -> Vec<u8> {
        let mut bytes = format!("HTTP/1.1 {} X\r\n", self.status).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend(format!("content-length: {}\r\n\r\n", self.body.len()).into_bytes());
        if !head_only {
            bytes.extend(&self.body);
        }
        bytes
    }
}

/// Decides what a request gets.
pub trait Handler: Send + Sync + 'static {
    /// Only so many bytes of the body are read, then the connection closes.
    fn read_only(&self, _request: &Request) -> Option<usize> {
        None
    }

    /// What a connection brought that closed in the middle of a request.
    fn cut(&self, _request: &Request) {}

    fn answer(&self, request: &Request) -> Reply;
}

/// A running server; ends when dropped.
pub struct Server {
    pub address: SocketAddr,
    /// Bytes that it sent.
    pub sent: Arc<Mutex<Vec<usize>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Server {
    /// Serves plain HTTP on loopback.
    pub async fn start(handler: Arc<dyn Handler>) -> Self {
        Self::start_with(handler, None).await
    }

    /// Serves over TLS when a configuration is given.
    pub async fn start_with(
        handler: Arc<dyn Handler>,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sent = Arc::new(Mutex::new(Vec::new()));
        let counted = sent.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (handler, sent, tls) = (handler.clone(), counted.clone(), tls.clone());
                connections.spawn(async move {
                    match tls {
                        None => serve(stream, &*handler, &sent).await,
                        Some(tls) => {
                            let acceptor = tokio_rustls::TlsAcceptor::from(tls);
                            match acceptor.accept(stream).await {
                                Ok(stream) => serve(stream, &*handler, &sent).await,
                                Err(_) => Ok(()),
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            sent,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn serve(
    mut stream: impl Stream,
    handler: &dyn Handler,
    sent: &Mutex<Vec<usize>>,
) -> io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let Some(mut request) = read_head(&mut stream, &mut buffer).await? else {
            return Ok(());
        };
        let read_only = handler.read_only(&request);
        read_body(
            &mut stream,
            &mut buffer,
            &mut request,
            read_only.unwrap_or(usize::MAX),
        )
        .await?;
        if read_only.is_some() || !request.whole {
            request.whole = false;
            handler.cut(&request);
            return Ok(());
        }
        let reply = handler.answer(&request);
        if reply.silent {
            std::future::pending::<()>().await;
        }
        let mut bytes = reply.bytes(request.method == "HEAD");
        if let Some(cut) = reply.cut {
            bytes.truncate(cut);
        }
        sent.lock().unwrap().push(bytes.len());
        stream.write_all(&bytes).await?;
        stream.flush().await?;
        if reply.cut.is_some() {
            stream.shutdown().await?;
            return Ok(());
        }
    }
}

async fn fill(stream: &mut impl Stream, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let mut part = vec![0; 16 << 10];
    let read = stream.read(&mut part).await?;
    buffer.extend_from_slice(&part[..read]);
    Ok(read > 0)
}

async fn read_head(stream: &mut impl Stream, buffer: &mut Vec<u8>) -> io::Result<Option<Request>> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|it| it == b"\r\n\r\n") {
            break at + 4;
        }
        if !fill(stream, buffer).await? {
            return Ok(None);
        }
    };
    let head = String::from_utf8(buffer.drain(..end).collect()).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Ok(Some(Request {
        method: first.next().unwrap().to_owned(),
        path: first.next().unwrap().to_owned(),
        headers: headers.collect(),
        body: Vec::new(),
        whole: false,
        bytes: end,
    }))
}

async fn read_body(
    stream: &mut impl Stream,
    buffer: &mut Vec<u8>,
    request: &mut Request,
    most: usize,
) -> io::Result<()> {
    if request.header("transfer-encoding") == Some("chunked") {
        while request.body.len() < most {
            let at = loop {
                if let Some(at) = buffer.windows(2).position(|it| it == b"\r\n") {
                    break at;
                }
                if !fill(stream, buffer).await? {
                    return Ok(());
                }
            };
            let size = std::str::from_utf8(&buffer[..at]).unwrap();
            let size = usize::from_str_radix(size, 16).unwrap();
            while buffer.len() < at + 2 + size + 2 {
                if !fill(stream, buffer).await? {
                    return Ok(());
                }
            }
            request
                .body
                .extend_from_slice(&buffer[at + 2..at + 2 + size]);
            request.bytes += at + 4 + size;
            buffer.drain(..at + 4 + size);
            if size == 0 {
                request.whole = true;
                return Ok(());
            }
        }
        request.body.truncate(most);
        return Ok(());
    }
    let length = request
        .header("content-length")
        .map_or(0, |value| value.parse().unwrap());
    let whole = length <= most;
    let length = length.min(most);
    while buffer.len() < length {
        if !fill(stream, buffer).await? {
            break;
        }
    }
    request.whole = whole && buffer.len() >= length;
    request.body = buffer.drain(..length.min(buffer.len())).collect();
    request.bytes += request.body.len();
    Ok(())
}
