//! `POST session`: the device key answers a challenge and gets a token.

use super::conversation::{Conversation, MESSAGE_BYTES_MAX};
use super::error::CallError;
use reqwest::Method;
use waiqin_protocol::sync::Token;
use waiqin_protocol::wire::session::{SessionAnswer, SessionRequest};

/// Longest challenge that is signed: what is longer is no challenge of a court.
const CHALLENGE_CHARS_MAX: usize = 512;

impl Conversation {
    /// A token. Only a challenge is ever signed here: the signed text begins with its type, so the
    /// answer to a false server stands for nothing else.
    pub async fn session(&self, challenge: String) -> Result<Token, CallError> {
        if challenge.len() > CHALLENGE_CHARS_MAX {
            return Err(CallError::not_ours("a challenge that is too long"));
        }
        let answer = self
            .held(move |holdings| holdings.answer_challenge(&challenge))
            .await?;
        let request = self.line.request(Method::POST, "session", None);
        let request = request.json(&SessionRequest { answer });
        let answer: SessionAnswer = self.line.message(request, MESSAGE_BYTES_MAX).await?;
        let fits = !answer.token.is_empty()
            && answer.token.len() <= 512
            && answer.token.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(CallError::not_ours("a token without shape"));
        }
        let token = Token(answer.token);
        let kept = token.clone();
        self.held(move |holdings| holdings.keep_token(&kept))
            .await?;
        Ok(token)
    }
}
