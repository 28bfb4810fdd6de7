//! Forms that carry the page's CSRF value: a handler that takes one of these cannot forget to check.

use super::guard::Carrier;
use crate::form::Posted;
use crate::pages::refused::refused;
use axum::extract::{Form, FromRef, FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Fields of a form whose CSRF value was right.
#[derive(Debug)]
pub struct Protected(pub Posted);

/// A form with a file: the CSRF value was its first part and was right; the other parts follow.
#[derive(Debug)]
pub struct ProtectedUpload(pub Multipart);

impl<S> FromRequest<S> for Protected
where
    Arc<Carrier>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let carrier = Arc::<Carrier>::from_ref(state);
        let Form(fields): Form<Vec<(String, String)>> = Form::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let posted = Posted(fields);
        carrier
            .check_csrf(posted.text("csrf").unwrap_or_default())
            .map_err(refused)?;
        Ok(Self(posted))
    }
}

impl<S> FromRequest<S> for ProtectedUpload
where
    Arc<Carrier>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let carrier = Arc::<Carrier>::from_ref(state);
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let first = parts
            .next_field()
            .await
            .map_err(IntoResponse::into_response)?;
        let given = match first {
            Some(part) if part.name() == Some("csrf") => {
                part.text().await.map_err(IntoResponse::into_response)?
            }
            Some(_) | None => String::new(),
        };
        carrier.check_csrf(&given).map_err(refused)?;
        Ok(Self(parts))
    }
}
