//! Random histories of lists, repeats, rollbacks and assignments against a model of what a court expects.

use super::*;
use crate::db::{Assigning, Role, RollingBack, User, testing};
use fastrand::Rng;
use waiqin_protocol::ids::OfficerId;

const OFFICERS: [&str; 3] = ["王法官", "李法官", "张法官"];

/// A case as the model sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stands {
    number: String,
    officer: String,
    remaining_fen: i64,
    closed: bool,
    /// Oldest first.
    former: Vec<String>,
    absent: i64,
}

type State = BTreeMap<String, Stands>;
/// Reasons of the assignments that stand, by case and officer.
type Given = BTreeMap<(String, &'static str), String>;

/// The next list: each case may go, come, change.
fn next_list(last: &[Line], dice: &mut Rng) -> Vec<Line> {
    let mut lines = Vec::new();
    for n in 0..9u32 {
        let id = format!("C{n}");
        let known = last.iter().find(|it| it.id == id).cloned();
        if dice.u64(..5) == 0 {
            continue;
        }
        let mut it = known.unwrap_or_else(|| line(&id, n * 10 + 1, OFFICERS[dice.usize(..3)]));
        match dice.u64(..8) {
            0 => it.number = numbered(n * 10 + 1 + dice.u32(..3)),
            1 => it.officer = OFFICERS[dice.usize(..3)],
            2 => it.remaining = dice.i64(0..4) * 100,
            3 => it.closed = !it.closed,
            _ => {}
        }
        lines.push(it);
    }
    if lines.is_empty() {
        lines.push(line("C0", 1, OFFICERS[0]));
    }
    lines
}

fn renumbered(it: &Stands, number: &str) -> Vec<String> {
    let mut former = it.former.clone();
    if it.number != number {
        former.retain(|old| *old != number && *old != it.number);
        former.push(it.number.clone());
    }
    former
}

fn after_import(state: &State, lines: &[Line], same_file: bool) -> State {
    let mut next = state.clone();
    for it in next.values_mut() {
        // Known and not in the list: once more, unless the file says nothing new.
        if !(same_file && it.absent > 0) {
            it.absent += 1;
        }
    }
    for it in lines {
        let former = state
            .get(&it.id)
            .map(|known| renumbered(known, &it.number))
            .unwrap_or_default();
        next.insert(
            it.id.clone(),
            Stands {
                number: it.number.clone(),
                officer: it.officer.to_owned(),
                remaining_fen: it.remaining * 100,
                closed: it.closed,
                former,
                absent: 0,
            },
        );
    }
    next
}

fn after_rollback(now: &State, then: &State) -> State {
    let mut next = now.clone();
    for (id, it) in &mut next {
        match then.get(id) {
            Some(was) => {
                *it = Stands {
                    former: renumbered(it, &was.number),
                    ..was.clone()
                }
            }
            None => it.absent = it.absent.max(1),
        }
    }
    next
}

async fn stored(db: &Db) -> State {
    let rows = sqlx::query(
        "SELECT id, number, officer, remaining_fen, closed_on, absent, body FROM cases",
    )
    .fetch_all(db.pool())
    .await
    .unwrap();
    let mut state = State::new();
    for row in &rows {
        let id: String = row.get(0);
        let body: Value = serde_json::from_str(row.get(6)).unwrap();
        assert_eq!(body["id"], id.as_str());
        assert_eq!(body["number"], row.get::<&str, _>(1));
        assert_eq!(body["officer"], row.get::<&str, _>(2));
        let sql = format!(
            "SELECT number FROM case_aliases WHERE case_id = '{id}' ORDER BY until_version"
        );
        let stands = Stands {
            number: row.get(1),
            officer: row.get(2),
            remaining_fen: row.get(3),
            closed: row.get::<Option<String>, _>(4).is_some(),
            former: texts(db, &sql).await,
            absent: row.get(5),
        };
        state.insert(id, stands);
    }
    state
}

fn user(officer: &str) -> User {
    let at = OFFICERS.iter().position(|it| *it == officer).unwrap();
    User {
        id: OfficerId::from_bytes([1 + u8::try_from(at).unwrap(); 16]),
        login: format!("officer{at}"),
        name: officer.into(),
        list_name: officer.into(),
        role: Role::Officer,
        disabled: false,
    }
}

/// Gives one case to one officer, or takes it back, or does so in vain.
async fn assign(db: &Db, given: &mut Given, state: &State, dice: &mut Rng, what: &str) {
    let ids: Vec<&String> = state.keys().collect();
    let case_id = ids[dice.usize(..ids.len())];
    let officer = OFFICERS[dice.usize(..3)];
    let key = (case_id.clone(), officer);
    let reason = format!("because of {}", dice.u64(..1000));
    let user = user(officer);
    let it = Assigning {
        case_id,
        officer: &user,
        reason: &reason,
        by: user.id,
        now_ms: NOW,
    };
    let mut write = db.write().await.unwrap();
    if dice.u64(..2) == 0 {
        let done = write.assign(&it).await.unwrap();
        assert_eq!(done, !given.contains_key(&key), "{what}");
        given.entry(key).or_insert(reason);
    } else {
        let done = write.take_back(&it).await.unwrap();
        assert_eq!(done, given.remove(&key).is_some(), "{what}");
    }
    write.commit().await.unwrap();
}

/// A phone holds the cases of its officer, by list and assignments, as they are.
async fn check(phone: &Phone, db: &Db, given: &Given, what: &str) {
    let sql = format!("SELECT id FROM cases WHERE officer = '{}'", phone.officer);
    let mut ids = texts(db, &sql).await;
    let of_him = given
        .keys()
        .filter(|(_, officer)| *officer == phone.officer);
    ids.extend(of_him.map(|(id, _)| id.clone()));
    ids.sort();
    ids.dedup();
    assert_eq!(
        phone.holds.keys().cloned().collect::<Vec<_>>(),
        ids,
        "{what}"
    );
    for (id, held) in &phone.holds {
        let body = texts(db, &format!("SELECT body FROM cases WHERE id = '{id}'"))
            .await
            .remove(0);
        let sql = format!(
            "SELECT number FROM case_aliases WHERE case_id = '{id}' ORDER BY until_version DESC"
        );
        let assigned = given.get(&(id.clone(), phone.officer));
        assert_eq!(
            *held,
            shown(&body, &texts(db, &sql).await, assigned.map(String::as_str)),
            "{what}: {id}"
        );
    }
}

async fn play(db: &Db, seed: u64, steps: u32) {
    let mut dice = Rng::with_seed(seed);
    let mut states = vec![State::new()];
    let mut last: Vec<Line> = Vec::new();
    let mut last_was_import = false;
    // One phone reads after every version, one now and then.
    let mut phones: Vec<Phone> = OFFICERS.map(Phone::of).into();
    let mut lazy = Phone::of(OFFICERS[0]);
    let mut given = Given::new();
    let mut write = db.write().await.unwrap();
    for officer in OFFICERS {
        assert!(write.add_user(&user(officer), None, NOW).await.unwrap());
    }
    write.commit().await.unwrap();
    for step in 0..steps {
        let now = states.last().unwrap();
        let newest = i64::try_from(states.len() - 1).unwrap();
        let what = format!("seed {seed}, step {step}");
        let next = match dice.u64(..6) {
            0 if newest > 0 => {
                let version = dice.i64(1..=newest);
                let by = AppliedBy::CommandLine;
                let rolling = RollingBack {
                    version,
                    newest,
                    reason: "x",
                    by,
                    now_ms: NOW,
                };
                let done = db.roll_back_lists(&rolling).await.unwrap().unwrap();
                assert_eq!(
                    (done.version, done.decisions),
                    (newest + 1, vec![]),
                    "{what}"
                );
                last_was_import = false;
                after_rollback(now, &states[usize::try_from(version - 1).unwrap()])
            }
            kind => {
                let same = kind == 1 && !last.is_empty();
                if !same {
                    last = next_list(&last, &mut dice);
                }
                let (version, _) = import(db, &last).await;
                assert_eq!(version, newest + 1, "{what}");
                let repeated = same && last_was_import;
                last_was_import = true;
                after_import(now, &last, repeated)
            }
        };
        assert_eq!(stored(db).await, next, "{what}");
        if dice.u64(..2) == 0 {
            assign(db, &mut given, &next, &mut dice, &what).await;
        }
        states.push(next);
        for phone in &mut phones {
            phone.pull(db).await;
            check(phone, db, &given, &what).await;
            assert_eq!(phone.in_vain, [] as [&str; 0], "{what}");
        }
        if dice.u64(..3) == 0 {
            lazy.pull(db).await;
            check(&lazy, db, &given, &what).await;
        }
    }
    assert!(db.audit_misfits().await.unwrap().misfits.is_empty());
    assert_eq!(db.scope_misfits(10).await.unwrap(), [] as [String; 0]);
}

#[tokio::test]
async fn histories_of_lists_and_rollbacks_come_out_as_expected() {
    for seed in 0..30 {
        // The statements are the same; a schema for each history takes the other engine long.
        let databases = match seed % 6 {
            0 => testing::engines().await,
            _ => vec![testing::sqlite().await],
        };
        for (db, _kept) in databases {
            play(&db, seed, 14).await;
        }
    }
}

#[tokio::test]
async fn only_a_known_version_is_taken_back_and_by_the_page_only_the_newest() {
    for (db, _kept) in testing::engines().await {
        import(&db, &[line("A", 1, "王法官")]).await;
        import(&db, &[line("A", 2, "王法官")]).await;
        let before = dump(&db).await;
        for version in [-1, 0, 1, 3] {
            let by = AppliedBy::CommandLine;
            assert_eq!(
                db.roll_back_list(version, "x", by, NOW).await.unwrap(),
                None
            );
        }
        for (version, newest) in [(0, 2), (3, 2), (1, 1)] {
            let by = AppliedBy::CommandLine;
            let rolling = RollingBack {
                version,
                newest,
                reason: "x",
                by,
                now_ms: NOW,
            };
            assert_eq!(db.roll_back_lists(&rolling).await.unwrap(), None);
        }
        assert_eq!(dump(&db).await, before);
        let made = db
            .roll_back_list(2, "误导入", AppliedBy::CommandLine, NOW)
            .await
            .unwrap();
        assert_eq!(made, Some(3));
        let row = "SELECT kind || ' ' || reason || ' ' || rolls_back FROM lists WHERE version = 3";
        assert_eq!(texts(&db, row).await, ["rollback 误导入 2"]);
        assert_eq!(texts(&db, "SELECT number FROM cases").await, [numbered(1)]);
        // The number that was taken back is still found: people have read it.
        assert_eq!(
            texts(&db, "SELECT number FROM case_aliases").await,
            [numbered(2)]
        );
    }
}

#[tokio::test]
async fn decisions_made_since_are_listed() {
    use crate::db::{LogKind, NewEntry};
    use waiqin_protocol::ids::{EntryHash, Link, SubjectId};
    use waiqin_protocol::wire::sync::Verdict;
    for (db, _kept) in testing::engines().await {
        let journal = testing::journal(1);
        crate::db::journals::tests::add(&db, std::slice::from_ref(&journal)).await;
        import(&db, &[line("A", 1, "王法官")]).await;
        for (n, kind) in [(1, "concluded"), (2, "record_opened"), (3, "accepted")] {
            if n == 2 {
                import(&db, &[line("A", 2, "王法官")]).await;
            }
            let mut write = db.write().await.unwrap();
            let at = write
                .append(LogKind::Office, None, "{}", NOW)
                .await
                .unwrap();
            let entry = NewEntry {
                seq: 100 + u64::from(n),
                hash: EntryHash::from_bytes([n; 32]),
                link: Link::ZERO,
                bytes: vec![n],
                subject: Some(SubjectId::from_bytes([n; 16])),
                kind: Some(kind.to_owned()),
                verdict: Verdict::Accepted,
                reason: None,
            };
            write
                .add_entries(journal.id, at.number, &[entry])
                .await
                .unwrap();
            write.commit().await.unwrap();
        }
        let by = AppliedBy::CommandLine;
        let rolling = RollingBack {
            version: 2,
            newest: 2,
            reason: "x",
            by,
            now_ms: NOW,
        };
        let done = db.roll_back_lists(&rolling).await.unwrap().unwrap();
        let kinds: Vec<&str> = done.decisions.iter().map(|it| it.kind.as_str()).collect();
        assert_eq!(kinds, ["accepted"]);
        let summary: Value = serde_json::from_str(&done.summary).unwrap();
        assert_eq!(summary["decisions"][0]["seq"], 103);
        assert_eq!(summary["rolls_back"], 2);
    }
}
