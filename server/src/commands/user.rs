//! `waiqin-server user`: people.

use crate::court::{Court, random};
use crate::db::{Role, User};
use crate::password;
use crate::words::cli::Words;
use anyhow::{Context, bail};
use clap::Subcommand;
use std::io::Read;
use std::path::{Path, PathBuf};
use waiqin_protocol::ids::OfficerId;
use waiqin_protocol::words::fill;

/// What can be done with people.
#[derive(Subcommand)]
pub enum UserCommand {
    /// Adds a person.
    Add {
        /// Name to sign in with: a–z, 0–9 and . _ -
        #[arg(long)]
        login: String,
        /// His name.
        #[arg(long)]
        name: String,
        /// His name in the case list's 承办人 column; decides which cases his phone gets.
        #[arg(long, default_value = "")]
        list_name: String,
        /// What he is in the court.
        #[arg(long, value_enum)]
        role: Role,
        /// File with the password, `-` for stdin; without it one is made up and shown once.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists everybody.
    List {
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Gives a person another password.
    Passwd {
        /// Whose.
        #[arg(long)]
        login: String,
        /// File with the password, `-` for stdin; without it one is made up and shown once.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// Answers in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Gives a person another role, from his next request on.
    Role {
        /// Whose.
        #[arg(long)]
        login: String,
        /// What he is from now on.
        #[arg(long, value_enum)]
        role: Role,
    },
    /// Lets a person do nothing any more and ends his sign-ins; his phone gets no data.
    Disable {
        /// Who.
        #[arg(long)]
        login: String,
    },
    /// Lets a disabled person in again.
    Enable {
        /// Who.
        #[arg(long)]
        login: String,
    },
    /// Ends a lock-out after too many wrong passwords.
    Unlock {
        /// Who.
        #[arg(long)]
        login: String,
    },
}

/// Runs a command and returns what it says.
///
/// # Errors
/// When it cannot be done; the message says why.
pub async fn run(court: &Court, command: UserCommand, words: &Words) -> anyhow::Result<String> {
    match command {
        UserCommand::Add {
            login,
            name,
            list_name,
            role,
            password_file,
            json,
        } => {
            let user = User {
                id: OfficerId::from_bytes(random()),
                login,
                name,
                list_name: list_name.trim().to_owned(),
                role,
                disabled: false,
            };
            add(court, user, password_file.as_deref(), json, words).await
        }
        UserCommand::List { json } => list(court, json).await,
        UserCommand::Passwd {
            login,
            password_file,
            json,
        } => passwd(court, &login, password_file.as_deref(), json, words).await,
        UserCommand::Role { login, role } => change(court, &login, Change::Role(role), words).await,
        UserCommand::Disable { login } => change(court, &login, Change::Disable, words).await,
        UserCommand::Enable { login } => change(court, &login, Change::Enable, words).await,
        UserCommand::Unlock { login } => change(court, &login, Change::Unlock, words).await,
    }
}

async fn add(
    court: &Court,
    user: User,
    password_file: Option<&Path>,
    json: bool,
    words: &Words,
) -> anyhow::Result<String> {
    if !is_login(&user.login) {
        bail!("{}", words.login_bad);
    }
    let password = Password::of(password_file)?;
    let hash = password.hash(words)?;
    let mut write = court.db().write().await?;
    if !write
        .add_user(&user, Some(&hash), court.clock().now_ms())
        .await?
    {
        bail!("{}", fill(words.login_taken, &[("login", &user.login)]));
    }
    write.commit().await?;
    if json {
        let mut answer = user_json(&user);
        answer["password"] = password.made().into();
        return Ok(answer.to_string());
    }
    let role = user.role.as_str();
    let said = fill(
        words.user_added,
        &[
            ("name", &user.name),
            ("role", &role),
            ("login", &user.login),
        ],
    );
    Ok(with_password(said, &password, words))
}

async fn list(court: &Court, json: bool) -> anyhow::Result<String> {
    let users = court.db().users().await?;
    if json {
        let all: Vec<serde_json::Value> = users.iter().map(user_json).collect();
        return Ok(serde_json::Value::from(all).to_string());
    }
    let line = |user: &User| {
        let User {
            login,
            name,
            list_name,
            role,
            ..
        } = user;
        format!("{login}\t{}\t{name}\t{list_name}", role.as_str())
    };
    Ok(users.iter().map(line).collect::<Vec<_>>().join("\n"))
}

async fn passwd(
    court: &Court,
    login: &str,
    password_file: Option<&Path>,
    json: bool,
    words: &Words,
) -> anyhow::Result<String> {
    let password = Password::of(password_file)?;
    let hash = password.hash(words)?;
    let mut write = court.db().write().await?;
    if !write
        .set_password(login, &hash, court.clock().now_ms())
        .await?
    {
        bail!("{}", fill(words.login_unknown, &[("login", &login)]));
    }
    write.commit().await?;
    if json {
        return Ok(serde_json::json!({ "login": login, "password": password.made() }).to_string());
    }
    Ok(with_password(
        fill(words.password_set, &[("login", &login)]),
        &password,
        words,
    ))
}

/// What can be changed of a person.
#[derive(Clone, Copy)]
enum Change {
    Role(Role),
    Disable,
    Enable,
    Unlock,
}

async fn change(
    court: &Court,
    login: &str,
    change: Change,
    words: &Words,
) -> anyhow::Result<String> {
    let Some(user) = court.db().user_by_login(login).await? else {
        bail!("{}", fill(words.login_unknown, &[("login", &login)]));
    };
    let now_ms = court.clock().now_ms();
    let mut write = court.db().write().await?;
    let (changed, said) = match change {
        Change::Role(role) => (
            write.set_role(user.id, role, None, now_ms).await?,
            fill(
                words.role_set,
                &[("login", &login), ("role", &role.as_str())],
            ),
        ),
        Change::Disable => (
            write.set_disabled(user.id, true, None, now_ms).await?,
            fill(words.user_disabled, &[("login", &login)]),
        ),
        Change::Enable => (
            write.set_disabled(user.id, false, None, now_ms).await?,
            fill(words.user_enabled, &[("login", &login)]),
        ),
        Change::Unlock => (
            write.unlock(user.id, None, now_ms).await?,
            fill(words.user_unlocked, &[("login", &login)]),
        ),
    };
    if !changed {
        return Ok(fill(words.user_unchanged, &[("login", &login)]));
    }
    write.commit().await?;
    Ok(said)
}

fn user_json(user: &User) -> serde_json::Value {
    serde_json::json!({
        "disabled": user.disabled,
        "id": user.id.to_string(),
        "list_name": user.list_name,
        "login": user.login,
        "name": user.name,
        "role": user.role.as_str(),
    })
}

fn is_login(login: &str) -> bool {
    (1..=64).contains(&login.len())
        && login.bytes().all(|b| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-')
        })
}

/// A password given, or made up.
enum Password {
    Given(String),
    Made(String),
}

impl Password {
    fn of(file: Option<&Path>) -> anyhow::Result<Self> {
        let Some(file) = file else {
            return Ok(Self::Made(made_up()));
        };
        let text = if file == Path::new("-") {
            let mut text = String::new();
            std::io::stdin()
                .lock()
                .take(4096)
                .read_to_string(&mut text)?;
            text
        } else {
            std::fs::read_to_string(file)
                .with_context(|| format!("could not read {}", file.display()))?
        };
        Ok(Self::Given(text.trim_end_matches(['\r', '\n']).to_owned()))
    }

    fn text(&self) -> &str {
        match self {
            Self::Given(text) | Self::Made(text) => text,
        }
    }

    /// The password, when it was made up and has to be shown.
    fn made(&self) -> Option<&str> {
        match self {
            Self::Given(_) => None,
            Self::Made(text) => Some(text),
        }
    }

    fn hash(&self, words: &Words) -> anyhow::Result<String> {
        password::hash(self.text(), &random()).context(words.password_bad)
    }
}

/// Twelve characters that are not mistaken for one another: 60 bits.
fn made_up() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789-";
    let random: [u8; 12] = random();
    random
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

fn with_password(said: String, password: &Password, words: &Words) -> String {
    match password.made() {
        None => said,
        Some(made) => format!(
            "{said}\n{}",
            fill(words.password_made, &[("password", &made)])
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_plain() {
        for good in ["wang", "wang.1", "a-b_c", "0"] {
            assert!(is_login(good), "{good}");
        }
        for bad in ["", "Wang", "王", "a b", "a/b", &"x".repeat(65)] {
            assert!(!is_login(bad), "{bad}");
        }
    }
}
