//! What the machine itself needs for the same bytes: bare sockets, files and hashes, no product. The
//! ratios of docs/MEASURES.md are to these, taken in the same run.

use crate::measure::{ms, percentile, us};
use crate::settings;
use anyhow::Result;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

const LEVEL: i32 = 3;
const SAVES: usize = 5000;
const SAVE_BYTES: usize = 1100;
const TRIPS: usize = 200;
const IN_FLIGHT: usize = 4;

pub fn floor() -> Result<Map<String, Json>> {
    let dir = settings::path("BENCH_DIR")?;
    std::fs::create_dir_all(&dir)?;
    let n = settings::number("BENCH_N")?;
    let lines = settings::lines(0, n)?;
    let lines = lines
        .map(|line| Ok(format!("{}\n", line?)))
        .collect::<Result<Vec<String>>>()?;
    let mut said = Map::new();
    let log = log_server(&dir)?;
    let (took, bytes) = push(log, &lines)?;
    said.insert("push_ms".into(), ms(took));
    said.insert("push_bytes".into(), bytes.into());
    said.insert("pull_ms".into(), ms(pull(&dir, &lines)?));
    said.insert(
        "twenty_ms".into(),
        ms(again(log, &lines[..lines.len().min(20)], TRIPS)?),
    );
    said.insert("nothing_ms".into(), ms(nothing()?));
    said.insert("swarm_ms".into(), ms(swarm(log, &lines)?));
    let (p50, p99) = saves(&dir)?;
    said.insert("save_p50_us".into(), us(p50));
    said.insert("save_p99_us".into(), us(p99));
    let photos = std::fs::read_dir(settings::path("BENCH_PHOTOS")?)?;
    let photos: Vec<PathBuf> = photos.map(|it| Ok(it?.path())).collect::<Result<_>>()?;
    said.insert("photos_ms".into(), ms(files(&dir, photos)?));
    let blob = vec![settings::path("BENCH_BLOB")?];
    said.insert("blob_ms".into(), ms(files(&dir, blob)?));
    Ok(said)
}

/// One body, packed while it goes.
fn push(log: SocketAddr, lines: &[String]) -> Result<(Duration, usize)> {
    let begun = Instant::now();
    let packed = zstd::bulk::compress(lines.concat().as_bytes(), LEVEL)?;
    send(&mut connect(log)?, &packed)?;
    Ok((begun.elapsed(), packed.len()))
}

fn again(log: SocketAddr, lines: &[String], times: usize) -> Result<Duration> {
    let mut line = connect(log)?;
    let mut took = Vec::new();
    for _ in 0..times {
        let begun = Instant::now();
        let packed = zstd::bulk::compress(lines.concat().as_bytes(), LEVEL)?;
        send(&mut line, &packed)?;
        took.push(begun.elapsed());
    }
    Ok(percentile(&mut took, 50))
}

/// The other way: packed there, unpacked and durable here.
fn pull(dir: &Path, lines: &[String]) -> Result<Duration> {
    let packed = zstd::bulk::compress(lines.concat().as_bytes(), LEVEL)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || -> Result<()> {
        let (mut line, _) = listener.accept()?;
        line.write_all(&packed)?;
        Ok(())
    });
    let begun = Instant::now();
    let mut text = zstd::stream::read::Decoder::new(connect(address)?)?;
    let mut file = File::create(dir.join("pulled"))?;
    std::io::copy(&mut text, &mut file)?;
    file.sync_data()?;
    Ok(begun.elapsed())
}

fn nothing() -> Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || -> Result<()> {
        let (mut line, _) = listener.accept()?;
        line.set_nodelay(true)?;
        let mut message = [0; 128];
        loop {
            line.read_exact(&mut message)?;
            line.write_all(&message)?;
        }
    });
    let (mut line, mut message) = (connect(address)?, [7; 128]);
    let mut took = Vec::new();
    for _ in 0..TRIPS {
        let begun = Instant::now();
        line.write_all(&message)?;
        line.read_exact(&mut message)?;
        took.push(begun.elapsed());
    }
    Ok(percentile(&mut took, 50))
}

fn swarm(log: SocketAddr, lines: &[String]) -> Result<Duration> {
    let clients = settings::number("BENCH_CLIENTS")?;
    let per = settings::number("BENCH_PER")?;
    let mut bodies = Vec::new();
    for some in lines.chunks(per).take(clients) {
        bodies.push((connect(log)?, some.concat()));
    }
    let begun = Instant::now();
    let sent: Vec<_> = bodies
        .into_iter()
        .map(|(mut line, body)| {
            std::thread::spawn(move || {
                send(&mut line, &zstd::bulk::compress(body.as_bytes(), LEVEL)?)
            })
        })
        .collect();
    for one in sent {
        one.join()
            .map_err(|_| anyhow::anyhow!("a client ended"))??;
    }
    Ok(begun.elapsed())
}

/// Into room that was taken beforehand.
fn saves(dir: &Path) -> Result<(Duration, Duration)> {
    let options = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(dir.join("saves"))?;
    options.write_all_at(&vec![0; SAVES * SAVE_BYTES], 0)?;
    options.sync_all()?;
    let mut took = Vec::with_capacity(SAVES);
    for at in 0..SAVES {
        let begun = Instant::now();
        options.write_all_at(&[7; SAVE_BYTES], (at * SAVE_BYTES) as u64)?;
        options.sync_data()?;
        took.push(begun.elapsed());
    }
    Ok((percentile(&mut took, 50), percentile(&mut took, 99)))
}

/// Files over some connections, each hashed, written and durable on the other side.
fn files(dir: &Path, files: Vec<PathBuf>) -> Result<Duration> {
    let address = file_server(dir)?;
    let waiting = Mutex::new(files);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..IN_FLIGHT)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    let mut line = connect(address)?;
                    loop {
                        let next = waiting.lock().ok().and_then(|mut it| it.pop());
                        let Some(path) = next else { return Ok(()) };
                        let mut file = File::open(path)?;
                        line.write_all(&file.metadata()?.len().to_be_bytes())?;
                        std::io::copy(&mut file, &mut line)?;
                        line.read_exact(&mut [0])?;
                    }
                })
            })
            .collect();
        for worker in workers {
            worker
                .join()
                .map_err(|_| anyhow::anyhow!("a client ended"))??;
        }
        Ok(begun.elapsed())
    })
}

fn connect(address: SocketAddr) -> Result<TcpStream> {
    let line = TcpStream::connect(address)?;
    line.set_nodelay(true)?;
    Ok(line)
}

/// A body with its length before it; over when it is durable there.
fn send(line: &mut TcpStream, body: &[u8]) -> Result<()> {
    line.write_all(&(body.len() as u64).to_be_bytes())?;
    line.write_all(body)?;
    Ok(line.read_exact(&mut [0])?)
}

/// Appends bodies to one file: whatever waits is written, then synced once.
fn log_server(dir: &Path) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let mut log = File::create(dir.join("log"))?;
    let (bodies, waiting) = mpsc::channel::<(Vec<u8>, mpsc::Sender<()>)>();
    std::thread::spawn(move || -> Result<()> {
        while let Ok(first) = waiting.recv() {
            let all: Vec<(Vec<u8>, mpsc::Sender<()>)> =
                std::iter::once(first).chain(waiting.try_iter()).collect();
            for (body, _) in &all {
                log.write_all(body)?;
            }
            log.sync_data()?;
            for (_, done) in all {
                // Whoever went away is not told.
                let _ = done.send(());
            }
        }
        Ok(())
    });
    std::thread::spawn(move || -> Result<()> {
        loop {
            let (mut line, _) = listener.accept()?;
            line.set_nodelay(true)?;
            let bodies = bodies.clone();
            std::thread::spawn(move || -> Result<()> {
                loop {
                    let mut body = vec![0; length(&mut line)?];
                    line.read_exact(&mut body)?;
                    let (done, durable) = mpsc::channel();
                    bodies.send((body, done))?;
                    durable.recv()?;
                    line.write_all(&[1])?;
                }
            });
        }
    });
    Ok(address)
}

fn file_server(dir: &Path) -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (address, dir) = (listener.local_addr()?, dir.to_owned());
    std::thread::spawn(move || -> Result<()> {
        for at in 0.. {
            let (mut line, _) = listener.accept()?;
            let path = dir.join(format!("received-{at}"));
            std::thread::spawn(move || -> Result<()> {
                let mut buffer = vec![0; 256 << 10];
                for at in 0.. {
                    let mut left = length(&mut line)?;
                    let mut file = File::create(path.with_extension(at.to_string()))?;
                    let mut hash = Sha256::new();
                    while left > 0 {
                        let most = left.min(buffer.len());
                        let read = line.read(&mut buffer[..most])?;
                        anyhow::ensure!(read > 0, "cut");
                        hash.update(&buffer[..read]);
                        file.write_all(&buffer[..read])?;
                        left -= read;
                    }
                    let _hash = hash.finalize();
                    file.sync_data()?;
                    line.write_all(&[1])?;
                }
                Ok(())
            });
        }
        Ok(())
    });
    Ok(address)
}

fn length(line: &mut TcpStream) -> Result<usize> {
    let mut length = [0; 8];
    line.read_exact(&mut length)?;
    Ok(usize::try_from(u64::from_be_bytes(length))?)
}
