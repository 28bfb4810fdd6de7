//! `GET hello`: whether this is the court, and a challenge.

use super::conversation::{Conversation, MESSAGE_BYTES_MAX};
use super::error::{CallError, local_problem};
use reqwest::Method;
use waiqin_protocol::wire;
use waiqin_protocol::wire::hello::Hello;
use waiqin_protocol::wire::problem::ProblemCode;

impl Conversation {
    /// The challenge of the pinned server; its limits are kept when none are known.
    pub async fn hello(&self) -> Result<String, CallError> {
        let request = self.line.request(Method::GET, "hello", None);
        let hello: Hello = self.line.message(request, MESSAGE_BYTES_MAX).await?;
        let pinned = self.holdings.pinned();
        if hello.server != pinned.server || hello.key != pinned.key {
            return Err(CallError::not_ours("another server of this kind"));
        }
        if !hello.versions.contains(&wire::VERSION) {
            let problem = local_problem(ProblemCode::Malformed, |words| words.version);
            return Err(CallError::Refused {
                problem: Box::new(problem),
                retry_after_ms: None,
            });
        }
        let limits = hello.limits;
        self.held(move |holdings| match holdings.limits()? {
            Some(known) if known.version == limits.version => Ok(()),
            Some(_) | None => holdings.keep_limits(limits),
        })
        .await?;
        Ok(hello.challenge)
    }
}
