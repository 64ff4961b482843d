//! Settings: from `zhanggui.toml`, then `ZHANGGUI_*` variables, then flags; the later wins.
//!
//! Nothing starts with a setting it does not know or a combination that is not safe, and every refusal
//! says what to do. `zhanggui config check` lists all of them at once and prints what is in force.

mod given;
mod outward;
mod shown;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

pub use given::{Given, Switch, read_file, unknown_variables};

use crate::adapters::aliyun_sms::SmsSettings;
use crate::adapters::argon2::Argon2Settings;
use crate::adapters::avatar_files::MediaStore;
use crate::adapters::smtp::SmtpSettings;
use crate::adapters::taobao::fetch::CrawlerSettings;
use crate::adapters::taobao::top::TopSettings;
use crate::calendar::Calendar;
use crate::eventstore::seal::MasterKey;

/// For whom the server runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// A person trying or changing it: everything has a default.
    #[default]
    Development,
    /// The public: secrets must be given, nothing is disclosed.
    Production,
}

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseChoice {
    /// A private PostgreSQL that the program runs itself below the data folder.
    Embedded {
        /// The folder of the server's programs, instead of searching for one.
        pg_bin_dir: Option<PathBuf>,
        /// Whether a server may be fetched if the machine has none.
        fetch: bool,
    },
    /// A server that somebody else runs.
    External {
        /// For requests: may be pooled.
        url: String,
        /// For migrations: may not be pooled.
        direct_url: String,
    },
}

/// Everything that can be set, checked.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// For whom.
    pub profile: Profile,
    /// Where HTTP is served.
    pub listen: SocketAddr,
    /// The folder of the embedded PostgreSQL, of the development master key and of files.
    pub data_dir: PathBuf,
    /// The database.
    pub database: DatabaseChoice,
    /// The master key; none in development, where one is made once and kept in the data folder.
    pub master_key: Option<MasterKey>,
    /// Whether answers hold captcha values and codes.
    pub disclose_codes: bool,
    /// Whether the limits per address are in force.
    pub rate_limits: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How passwords are hashed.
    pub argon2: Argon2Settings,
    /// A session unused for this long is over.
    pub session_idle: Duration,
    /// A session is over after this long in any case.
    pub session_absolute: Duration,
    /// The days by which people are counted.
    pub calendar: Calendar,
    /// The mail server.
    pub mail: Option<SmtpSettings>,
    /// The SMS provider.
    pub sms: Option<SmsSettings>,
    /// Where pictures are kept.
    pub media: MediaStore,
    /// How item pages are fetched.
    pub crawler: CrawlerSettings,
    /// The application at Taobao's Open Platform, which is asked first.
    pub platform: Option<TopSettings>,
    /// Whether what nobody carries is shown at `/dev/outbox` instead.
    pub outbox: bool,
    /// Whether cookies carry `Secure`, and the session's is named `__Host-session`.
    pub secure_cookies: bool,
}

/// One reason not to start, in one line that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

impl Settings {
    /// Checks what was given, and fills in the rest.
    ///
    /// # Errors
    /// Every [`Refusal`] there is.
    pub fn check(given: Given) -> Result<Self, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let profile = given.profile.unwrap_or_default();
        let production = profile == Profile::Production;
        let listen = given.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let local = listen.ip().is_loopback();
        let master_key = check_master_key(given.master_key.as_deref(), production, &mut refusals);
        let disclose_codes = check_disclosure(&given, production, local, &mut refusals);
        let rate_limits = given.rate_limits.is_none_or(Switch::is_on);
        if !rate_limits && production {
            refuse(
                &mut refusals,
                "ZHANGGUI_RATE_LIMITS is off: in production the limits per address stay on; unset it",
            );
        }
        let database = check_database(&given, production, &mut refusals);
        let argon2 = check_argon2(&given, production, &mut refusals);
        let idle = given.session_idle_minutes.unwrap_or(30);
        let absolute = given.session_absolute_hours.unwrap_or(12);
        if idle == 0 || absolute == 0 {
            refuse(
                &mut refusals,
                "ZHANGGUI_SESSION_IDLE_MINUTES and ZHANGGUI_SESSION_ABSOLUTE_HOURS must be at least 1",
            );
        }
        let data_dir = given.data_dir.clone().unwrap_or_else(default_data_dir);
        let calendar = check_timezone(given.timezone.as_deref(), &mut refusals);
        let mail = outward::check_mail(&given, &mut refusals);
        let sms = outward::check_sms(&given, &mut refusals);
        let media = outward::check_media(&given, &data_dir, &mut refusals);
        outward::warn_of_silence(profile, mail.is_some(), sms.is_some());
        let settings = Self {
            profile,
            listen,
            data_dir,
            calendar,
            mail,
            sms,
            media,
            crawler: CrawlerSettings { origin: given.crawler_origin.clone(), ..CrawlerSettings::default() },
            platform: outward::check_platform(&given, &mut refusals),
            outbox: !production && local,
            database,
            master_key,
            disclose_codes,
            rate_limits,
            trusted_proxies: given.trusted_proxies.unwrap_or_default(),
            argon2,
            session_idle: Duration::from_secs(u64::from(idle) * 60),
            session_absolute: Duration::from_secs(u64::from(absolute) * 3600),
            secure_cookies: production || !local,
        };
        if refusals.is_empty() { Ok(settings) } else { Err(refusals) }
    }
}

fn refuse(refusals: &mut Vec<Refusal>, why: &str) {
    refusals.push(Refusal(why.to_owned()));
}

/// As root a folder that the server's own user can enter, else one beside the program's user.
fn default_data_dir() -> PathBuf {
    PathBuf::from(if rustix::process::geteuid().is_root() { "/var/lib/zhanggui" } else { "./data" })
}

fn check_timezone(given: Option<&str>, refusals: &mut Vec<Refusal>) -> Calendar {
    let timezone = given.unwrap_or("Asia/Shanghai").parse().unwrap_or_else(|_| {
        refuse(
            refusals,
            "ZHANGGUI_TIMEZONE is no time zone of the IANA database: write one like Asia/Shanghai or Europe/Berlin",
        );
        chrono_tz::Tz::Asia__Shanghai
    });
    Calendar::new(timezone)
}

fn check_master_key(given: Option<&str>, production: bool, refusals: &mut Vec<Refusal>) -> Option<MasterKey> {
    let Some(text) = given else {
        if production {
            refuse(
                refusals,
                "ZHANGGUI_MASTER_KEY is missing: set it to 32 random bytes in hexadecimal (`openssl rand -hex 32`) and keep a copy apart from the database's backups",
            );
        }
        return None;
    };
    match MasterKey::parse(text) {
        Ok(key) if production && key.is_guessable() => {
            refuse(
                refusals,
                "ZHANGGUI_MASTER_KEY is a pattern, not a random key: make one with `openssl rand -hex 32`",
            );
            Some(key)
        }
        Ok(key) => Some(key),
        Err(error) => {
            refuse(refusals, &format!("ZHANGGUI_MASTER_KEY cannot be read: {error}"));
            None
        }
    }
}

/// Whether answers hold what a person should have received elsewhere: only where nobody else can ask.
fn check_disclosure(given: &Given, production: bool, local: bool, refusals: &mut Vec<Refusal>) -> bool {
    let disclose_codes = given.disclose_codes.map_or(!production && local, Switch::is_on);
    if disclose_codes && production {
        refuse(refusals, "ZHANGGUI_DISCLOSE_CODES is on: in production codes are never disclosed; unset it");
    }
    if disclose_codes && !local {
        refuse(
            refusals,
            "ZHANGGUI_DISCLOSE_CODES is on, but ZHANGGUI_LISTEN is not a loopback address: turn it off, or listen on 127.0.0.1",
        );
    }
    disclose_codes
}

fn check_database(given: &Given, production: bool, refusals: &mut Vec<Refusal>) -> DatabaseChoice {
    let Some(url) = given.database_url.clone() else {
        if given.database_direct_url.is_some() {
            refuse(
                refusals,
                "ZHANGGUI_DATABASE_DIRECT_URL is set without ZHANGGUI_DATABASE_URL: set both, or neither for the embedded database",
            );
        }
        if production {
            refuse(
                refusals,
                "ZHANGGUI_DATABASE_URL is missing: in production the database is one you run and back up yourself",
            );
        }
        let pg_bin_dir = given.pg_bin_dir.clone();
        return DatabaseChoice::Embedded {
            pg_bin_dir,
            fetch: given.fetch_postgres.is_some_and(Switch::is_on),
        };
    };
    if production && given.database_direct_url.is_none() {
        refuse(
            refusals,
            "ZHANGGUI_DATABASE_DIRECT_URL is missing: in production the service's user may not migrate; give the owner's URL here",
        );
    }
    let direct_url = given.database_direct_url.clone().unwrap_or_else(|| url.clone());
    for (name, url) in [("ZHANGGUI_DATABASE_URL", &url), ("ZHANGGUI_DATABASE_DIRECT_URL", &direct_url)] {
        if url.parse::<sqlx::postgres::PgConnectOptions>().is_err() {
            // Not the parser's words: they may repeat the password.
            refuse(
                refusals,
                &format!("{name} is not a PostgreSQL URL: write postgres://user:password@host/database"),
            );
        }
    }
    DatabaseChoice::External { url, direct_url }
}

fn check_argon2(given: &Given, production: bool, refusals: &mut Vec<Refusal>) -> Argon2Settings {
    let default = Argon2Settings::default();
    let settings = Argon2Settings {
        memory_kib: given.argon2_memory_kib.unwrap_or(default.memory_kib),
        iterations: given.argon2_iterations.unwrap_or(default.iterations),
        ..default
    };
    if production && (settings.memory_kib < default.memory_kib || settings.iterations < default.iterations) {
        refuse(
            refusals,
            "ZHANGGUI_ARGON2_MEMORY_KIB and ZHANGGUI_ARGON2_ITERATIONS may not be below 19456 and 2 in production",
        );
    }
    settings
}

#[cfg(test)]
mod tests;
