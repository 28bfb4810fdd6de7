//! Time, processor time and memory of this process.

use serde_json::{Map, Value as Json, json};
use std::time::{Duration, Instant};

/// From the beginning of what is measured.
pub struct Measured {
    begun: Instant,
    cpu: Duration,
}

impl Measured {
    pub fn begin() -> Self {
        Self {
            begun: Instant::now(),
            cpu: cpu(),
        }
    }

    /// Ends it: the members that every phase prints.
    pub fn end(&self, sent: u64, got: u64) -> Map<String, Json> {
        let mut said = Map::new();
        said.insert("ms".into(), ms(self.begun.elapsed()));
        said.insert("client_cpu_ms".into(), ms(cpu().saturating_sub(self.cpu)));
        said.insert("sent".into(), json!(sent));
        said.insert("got".into(), json!(got));
        said
    }
}

/// Milliseconds with three digits.
pub fn ms(time: Duration) -> Json {
    json!((time.as_secs_f64() * 1e6).round() / 1e3)
}

pub fn us(time: Duration) -> Json {
    json!((time.as_secs_f64() * 1e7).round() / 10.0)
}

/// What so many percent do not exceed.
pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(at).copied().unwrap_or_default()
}

/// A line of `/proc/self/status`, in KiB: `VmRSS`, `VmHWM`.
pub fn memory_kb(name: &str) -> u64 {
    waiqin_tests::bench::memory_kb(std::process::id(), name)
}

fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or_default());
    seconds + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or_default())
}
