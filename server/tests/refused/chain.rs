//! Pieces and heads that do not lie on the court's chain.

use crate::rows::{Act, Row, Says, Stays, good, row, sync};
use crate::scene::open_record;
use crate::support::{Phone, line};
use waiqin_protocol::ids::Link;
use waiqin_protocol::journal::Head;
use waiqin_protocol::wire::sync::{Heads, SyncHead, UpLine};

use Act::{After, Story, Sync};
use Says::Stands;
use Stays::{Ends, Everything, Grows};

pub fn rows() -> Vec<Row> {
    vec![
        row(
            "a gap",
            Sync(|p| from(p, p.head_at(3))),
            Stands(Heads::ServerBehind),
            Everything,
        ),
        row(
            "a head that forked",
            Sync(|p| alone(&forked_head(p))),
            Stands(Heads::Fork),
            Everything,
        ),
        row(
            "the whole journal again",
            Sync(|p| from(p, Head::START)),
            Stands(Heads::Same),
            Grows,
        ),
        row(
            "a replayed piece",
            Story(|s| {
                Box::pin(async {
                    let body = good(&s.phone);
                    assert_eq!(sync(&s.phone, body.clone(), None).await.status, 200);
                    sync(&s.phone, body, None).await
                })
            }),
            Stands(Heads::Same),
            Grows,
        ),
        row(
            "an old piece after newer ones",
            Story(|s| {
                Box::pin(async {
                    let old = good(&s.phone);
                    s.phone.sync().await;
                    open_record(&mut s.phone, 9);
                    s.phone.sync().await;
                    sync(&s.phone, old, None).await
                })
            }),
            Stands(Heads::Same),
            Grows,
        ),
        row(
            "a fork with entries",
            After(forks),
            Stands(Heads::Fork),
            Ends,
        ),
        row(
            "a place of a log that the court never had",
            Sync(|p| alone(&foreign_place(p))),
            Stands(Heads::ServerRolledBack),
            Ends,
        ),
    ]
}

fn from(phone: &Phone, head: Head) -> Vec<u8> {
    let from = SyncHead {
        from: head,
        ..phone.sync_head()
    };
    phone.body(from, 10)
}

fn alone(head: &SyncHead) -> Vec<u8> {
    let mut body = Vec::new();
    line(&mut body, &UpLine::Head(Box::new(head.clone())));
    body
}

fn forked_head(phone: &Phone) -> SyncHead {
    let mut head = phone.sync_head();
    head.from.link = Link::from_bytes([7; 32]);
    head.checkpoint = None;
    head
}

/// The receipt's place in the log with another link: what a forged receipt would bring.
fn foreign_place(phone: &Phone) -> SyncHead {
    let mut head = phone.sync_head();
    head.checkpoint = None;
    head.position.as_mut().unwrap().link = Link::from_bytes([8; 32]);
    head
}

/// Another second entry than the one that was acknowledged.
fn forks(phone: &mut Phone) {
    let entries = phone.entries.split_off(1);
    open_record(phone, 77);
    phone.entries.extend(entries.into_iter().skip(2));
    phone.receipt = None;
}
