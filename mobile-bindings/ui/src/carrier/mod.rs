//! The guarded loopback carrier: how requests reach the pages today.
//!
//! **Invariant.** No page and no photo leaves without all of: the exact `Host` of this launch, the
//! cookie of this launch, for writes also the page's own `Origin` and a CSRF field. Everything else
//! is 403 and counted. The pages know nothing of it, so that an in-process carrier can replace it.
//!
//! **Limit, said openly.** Cookies ignore ports: another program that listens on 127.0.0.1 and is
//! opened in the *same* browser is sent the cookie. In the WebView of a phone nothing else is opened;
//! on a desktop the token is new with each launch, and another port's page is refused by
//! `Sec-Fetch-Site` and cannot read answers.

mod forms;
mod guard;
mod headers;
mod refusals;

pub use forms::{Protected, ProtectedUpload};
pub use guard::{Carrier, EnterQuery, enter, guard};
pub use headers::answer_headers;
pub use refusals::{Refusal, Refusals};
