//! Where work is done: on threads of this library, so that a caller's thread never waits, and where a
//! panic ends, so that none crosses the border.

use crate::WaiqinError;
use std::future::Future;
use std::io;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinError;
use waiqin_protocol::words::Lang;

/// Threads that wait for sockets and timers.
const WORKERS: usize = 2;

static RUNTIME: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("waiqin")
        .enable_all()
        .build()
});

/// Does something that may block, on a thread for that.
///
/// # Errors
/// What it says; [`WaiqinError::Fault`] when it panicked.
pub(crate) async fn beside<T: Send + 'static>(
    lang: Lang,
    work: impl FnOnce() -> Result<T, WaiqinError> + Send + 'static,
) -> Result<T, WaiqinError> {
    let done = runtime(lang)?.spawn_blocking(work).await;
    done.map_err(|error| fault(&error, lang))?
}

/// Runs a future to its end, also when nobody waits for it any more: what was begun is finished.
///
/// # Errors
/// What it says; [`WaiqinError::Fault`] when it panicked.
pub(crate) async fn through<T: Send + 'static>(
    lang: Lang,
    work: impl Future<Output = Result<T, WaiqinError>> + Send + 'static,
) -> Result<T, WaiqinError> {
    let done = runtime(lang)?.spawn(work).await;
    done.map_err(|error| fault(&error, lang))?
}

/// The runtime of this library; it lives as long as the program.
pub(crate) fn runtime(lang: Lang) -> Result<&'static Runtime, WaiqinError> {
    RUNTIME.as_ref().map_err(|error| {
        tracing::error!(%error, "no threads");
        WaiqinError::fault(lang)
    })
}

fn fault(error: &JoinError, lang: Lang) -> WaiqinError {
    tracing::error!(%error, "a panic was caught at the border");
    WaiqinError::fault(lang)
}
