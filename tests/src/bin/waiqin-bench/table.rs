//! `waiqin-bench all`: every workload beside its floor, in one run.

use anyhow::{Context, Result};
use serde_json::Value as Json;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use waiqin_tests::bench::{Server, memory_kb, phase};
use waiqin_tests::proxy::{Crossed, Line, Proxy};

/// How much of everything.
#[derive(Clone, Copy)]
pub struct Sizes {
    records: usize,
    in_place: usize,
    saves: usize,
    photos: usize,
    photo_bytes: usize,
    blob_bytes: usize,
    clients: usize,
    per: usize,
}

/// The benchmark's own.
pub const FULL: Sizes = Sizes {
    records: 10_000,
    in_place: 100_000,
    saves: 5_000,
    photos: 100,
    photo_bytes: 3_000_000,
    blob_bytes: 200 << 20,
    clients: 200,
    per: 50,
};

/// To see that it runs.
pub const SMALL: Sizes = Sizes {
    records: 200,
    in_place: 600,
    saves: 100,
    photos: 5,
    photo_bytes: 300_000,
    blob_bytes: 8 << 20,
    clients: 8,
    per: 5,
};

const CHANGED: usize = 20;
/// One way of a slow line.
const FAR: Duration = Duration::from_millis(50);

/// Runs everything and prints it.
pub async fn all(sizes: Sizes) -> Result<()> {
    let kept = std::env::var_os("BENCH_DIR").map(PathBuf::from);
    let temporary = tempfile::tempdir()?;
    let run = Run::begin(kept.unwrap_or_else(|| temporary.path().to_owned()), sizes)?;
    run.floor().await?;
    run.records(sizes.records, "10k", Line::default()).await?;
    run.records(sizes.in_place, "100k", Line::default()).await?;
    let far = Line {
        delay: FAR,
        cut_at: None,
    };
    run.records(sizes.records, "far", far).await?;
    run.photos().await?;
    run.resume().await?;
    run.swarm().await?;
    run.device().await
}

struct Run {
    dir: PathBuf,
    bench: PathBuf,
    server: PathBuf,
    sizes: Sizes,
    env: Vec<(&'static str, OsString)>,
}

impl Run {
    /// Makes what the phases read.
    fn begin(dir: PathBuf, sizes: Sizes) -> Result<Self> {
        let bench = std::env::current_exe()?;
        let server = bench.with_file_name("waiqin-server");
        anyhow::ensure!(server.exists(), "{} is not built", server.display());
        std::fs::create_dir_all(dir.join("photos"))?;
        let print = |args: &[&str], to: &Path| -> Result<()> {
            let file = std::fs::File::create(to)?;
            let made = Command::new(&bench).args(args).stdout(file).status()?;
            anyhow::ensure!(made.success(), "{args:?}");
            Ok(())
        };
        print(&["data", &sizes.in_place.to_string()], &dir.join("data"))?;
        print(&["changes", &CHANGED.to_string()], &dir.join("changes"))?;
        let mut noise = std::fs::File::open("/dev/urandom")?;
        let mut random = |to: PathBuf, bytes: usize| -> Result<()> {
            let mut file = std::fs::File::create(to)?;
            let mut some = std::io::Read::take(&mut noise, bytes as u64);
            std::io::copy(&mut some, &mut file)?;
            Ok(file.flush()?)
        };
        for photo in 0..sizes.photos {
            random(
                dir.join(format!("photos/{photo:03}.jpg")),
                sizes.photo_bytes,
            )?;
        }
        random(dir.join("blob"), sizes.blob_bytes)?;
        let env = vec![
            ("BENCH_DATA", dir.join("data").into()),
            ("BENCH_CHANGES", dir.join("changes").into()),
            ("BENCH_PHOTOS", dir.join("photos").into()),
            ("BENCH_BLOB", dir.join("blob").into()),
            ("BENCH_CLIENTS", sizes.clients.to_string().into()),
            ("BENCH_PER", sizes.per.to_string().into()),
        ];
        Ok(Self {
            dir,
            bench,
            server,
            sizes,
            env,
        })
    }

    fn serve(&self, name: &str) -> Result<(Server, PathBuf)> {
        let dir = self.dir.join(name);
        std::fs::create_dir_all(&dir)?;
        Ok((Server::start(&self.server, &dir)?, dir))
    }

    async fn floor(&self) -> Result<()> {
        let dir = self.dir.join("floor");
        let said = self.phase("floor", None, &dir, self.sizes.records).await?;
        say("floor", &said, None);
        Ok(())
    }

    /// W1 to W3 with so many records.
    async fn records(&self, n: usize, name: &str, line: Line) -> Result<()> {
        let (server, dir) = self.serve(name)?;
        let (a, b) = (dir.join("a"), dir.join("b"));
        self.on("load", &server, Line::default(), &a, n, name)
            .await?;
        self.on("push", &server, line, &a, n, name).await?;
        self.on("pull", &server, line, &b, n, name).await?;
        self.on("sync", &server, line, &a, n, name).await?;
        self.on("sync", &server, line, &b, n, name).await?;
        self.on("change", &server, line, &a, n, name).await?;
        self.on("sync", &server, line, &a, n, &format!("{name} 20 up"))
            .await?;
        self.on("sync", &server, line, &b, n, &format!("{name} 20 down"))
            .await?;
        self.on("sync", &server, line, &a, n, &format!("{name} nothing"))
            .await?;
        println!("  server's memory: {} kB", memory_kb(server.id(), "VmHWM"));
        server.end_and_verify()?;
        Ok(())
    }

    async fn photos(&self) -> Result<()> {
        let (server, dir) = self.serve("photos-court")?;
        self.on("photos", &server, Line::default(), &dir.join("a"), 0, "")
            .await?;
        server.end_and_verify()?;
        Ok(())
    }

    async fn resume(&self) -> Result<()> {
        let (server, dir) = self.serve("resume-court")?;
        let before = memory_kb(server.id(), "VmRSS");
        let cut = Line {
            delay: Duration::ZERO,
            cut_at: Some(self.sizes.blob_bytes as u64 / 2),
        };
        self.on("resume", &server, cut, &dir.join("a"), 0, "")
            .await?;
        let grown = memory_kb(server.id(), "VmHWM").saturating_sub(before);
        println!("  server's growth: {grown} kB");
        server.end_and_verify()?;
        Ok(())
    }

    async fn swarm(&self) -> Result<()> {
        let (server, dir) = self.serve("swarm-court")?;
        self.on("swarm", &server, Line::default(), &dir.join("all"), 0, "")
            .await?;
        server.end_and_verify()?;
        Ok(())
    }

    async fn device(&self) -> Result<()> {
        let (server, dir) = self.serve("device-court")?;
        let a = dir.join("a");
        self.on("save", &server, Line::default(), &a, self.sizes.saves, "")
            .await?;
        self.on(
            "fill",
            &server,
            Line::default(),
            &a,
            self.sizes.in_place,
            "",
        )
        .await?;
        self.on(
            "open",
            &server,
            Line::default(),
            &a,
            self.sizes.in_place,
            "",
        )
        .await?;
        self.on(
            "open",
            &server,
            Line::default(),
            &a,
            self.sizes.in_place,
            "again",
        )
        .await
    }

    /// A phase over a line of its own, printed with what crossed it.
    async fn on(
        &self,
        name: &str,
        server: &Server,
        line: Line,
        dir: &Path,
        n: usize,
        note: &str,
    ) -> Result<()> {
        let proxy = server.line(line).await;
        let said = self.phase(name, Some((server, &proxy)), dir, n).await?;
        say(&format!("{name} {note}"), &said, Some(proxy.crossed()));
        Ok(())
    }

    async fn phase(
        &self,
        name: &str,
        at: Option<(&Server, &Proxy)>,
        dir: &Path,
        n: usize,
    ) -> Result<Json> {
        let mut env = self.env.clone();
        env.push(("BENCH_DIR", dir.into()));
        env.push(("BENCH_N", n.to_string().into()));
        if let Some((server, proxy)) = at {
            env.push(("BENCH_URL", format!("http://{}", proxy.address).into()));
            env.push(("BENCH_ENROL", server.enrol.clone().into()));
        }
        let env: Vec<(&str, &OsStr)> = env.iter().map(|(k, v)| (*k, v.as_os_str())).collect();
        let said = phase(&self.bench, name, &env).await;
        said.with_context(|| format!("phase {name}"))
    }
}

fn say(name: &str, said: &Json, crossed: Option<Crossed>) {
    println!("{name}: {said}");
    if let Some(it) = crossed {
        println!(
            "  up {} B, down {} B, {} round trips, {} connections",
            it.up, it.down, it.trips, it.connections
        );
    }
}
