//! What somebody wrote down: in the file, in variables, in flags. One struct is all three.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, ValueEnum};
use serde::Deserialize;

use super::{Profile, Refusal};

/// On or off, as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// Also `true`, `1`, `yes`.
    #[value(aliases = ["true", "1", "yes"])]
    #[serde(alias = "true", alias = "1", alias = "yes")]
    On,
    /// Also `false`, `0`, `no`.
    #[value(aliases = ["false", "0", "no"])]
    #[serde(alias = "false", alias = "0", alias = "no")]
    Off,
}

impl Switch {
    /// Whether it is on.
    #[must_use]
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// Every setting, given or not. A key of the file is a flag's name with `_`, a variable's without `ZHANGGUI_`.
#[derive(Args, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Settings (also as ZHANGGUI_* variables and in zhanggui.toml)")]
pub struct Given {
    /// For whom the server runs.
    #[arg(long, global = true, env = "ZHANGGUI_PROFILE", hide_env = true)]
    pub profile: Option<Profile>,
    /// Where HTTP is served, address:port [default: 127.0.0.1:8080].
    #[arg(long, global = true, env = "ZHANGGUI_LISTEN", hide_env = true)]
    pub listen: Option<SocketAddr>,
    /// Folder of the embedded database, keys and files [default: ./data, as root /var/lib/zhanggui].
    #[arg(long, global = true, env = "ZHANGGUI_DATA_DIR", hide_env = true)]
    pub data_dir: Option<PathBuf>,
    /// PostgreSQL for requests; without it the program runs a private one.
    #[arg(long, global = true, env = "ZHANGGUI_DATABASE_URL", hide_env = true)]
    pub database_url: Option<String>,
    /// PostgreSQL for migrations, past any pooler [default: the database URL].
    #[arg(long, global = true, env = "ZHANGGUI_DATABASE_DIRECT_URL", hide_env = true)]
    pub database_direct_url: Option<String>,
    /// Folder that holds initdb, postgres and `pg_ctl`.
    #[arg(long, global = true, env = "ZHANGGUI_PG_BIN_DIR", hide_env = true)]
    pub pg_bin_dir: Option<PathBuf>,
    /// Whether PostgreSQL may be fetched when the machine has none.
    #[arg(long, global = true, env = "ZHANGGUI_FETCH_POSTGRES", hide_env = true)]
    pub fetch_postgres: Option<Switch>,
    /// 32 random bytes in hexadecimal or base64. Not a flag: the process list shows those.
    #[arg(skip)]
    pub master_key: Option<String>,
    /// Whether answers hold captcha values and codes; development only.
    #[arg(long, global = true, env = "ZHANGGUI_DISCLOSE_CODES", hide_env = true)]
    pub disclose_codes: Option<Switch>,
    /// Whether the limits per address are in force.
    #[arg(long, global = true, env = "ZHANGGUI_RATE_LIMITS", hide_env = true)]
    pub rate_limits: Option<Switch>,
    /// Addresses of proxies in front, with commas; only theirs is `X-Forwarded-For` believed [default: none].
    #[arg(long, global = true, env = "ZHANGGUI_TRUSTED_PROXIES", hide_env = true, value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<IpAddr>>,
    /// Memory of one password hash in KiB [default: 19456].
    #[arg(long, global = true, env = "ZHANGGUI_ARGON2_MEMORY_KIB", hide_env = true)]
    pub argon2_memory_kib: Option<u32>,
    /// Passes of one password hash [default: 2].
    #[arg(long, global = true, env = "ZHANGGUI_ARGON2_ITERATIONS", hide_env = true)]
    pub argon2_iterations: Option<u32>,
    /// A session unused for so many minutes is over [default: 30].
    #[arg(long, global = true, env = "ZHANGGUI_SESSION_IDLE_MINUTES", hide_env = true)]
    pub session_idle_minutes: Option<u32>,
    /// A session is over after so many hours [default: 12].
    #[arg(long, global = true, env = "ZHANGGUI_SESSION_ABSOLUTE_HOURS", hide_env = true)]
    pub session_absolute_hours: Option<u32>,
    /// Time zone whose days are counted, as in the IANA database [default: Asia/Shanghai].
    #[arg(long, global = true, env = "ZHANGGUI_TIMEZONE", hide_env = true)]
    pub timezone: Option<String>,
    /// Whom mails come from, `Name <address>`.
    #[arg(long, global = true, env = "ZHANGGUI_MAIL_FROM", hide_env = true)]
    pub mail_from: Option<String>,
    /// PEM file of a private authority that signed the mail server's certificate.
    #[arg(long, global = true, env = "ZHANGGUI_SMTP_CA_FILE", hide_env = true)]
    pub smtp_ca_file: Option<PathBuf>,
    /// Where the SMS provider is asked [default: Aliyun's, in mainland China].
    #[arg(long, global = true, env = "ZHANGGUI_SMS_ENDPOINT", hide_env = true)]
    pub sms_endpoint: Option<String>,
    /// The SMS provider's access key.
    #[arg(long, global = true, env = "ZHANGGUI_SMS_ACCESS_KEY_ID", hide_env = true)]
    pub sms_access_key_id: Option<String>,
    /// The signature that the SMS provider approved.
    #[arg(long, global = true, env = "ZHANGGUI_SMS_SIGN_NAME", hide_env = true)]
    pub sms_sign_name: Option<String>,
    /// The template that the SMS provider approved; it has one variable, `code`.
    #[arg(long, global = true, env = "ZHANGGUI_SMS_TEMPLATE_CODE", hide_env = true)]
    pub sms_template_code: Option<String>,
    /// Where pictures are kept: a folder, or `s3://bucket/prefix` [default: media in the data folder].
    #[arg(long, global = true, env = "ZHANGGUI_MEDIA_STORE", hide_env = true)]
    pub media_store: Option<String>,
    /// Address of an S3-compatible store, where it is not Amazon's.
    #[arg(long, global = true, env = "ZHANGGUI_MEDIA_ENDPOINT", hide_env = true)]
    pub media_endpoint: Option<String>,
    /// Region of the bucket [default: us-east-1].
    #[arg(long, global = true, env = "ZHANGGUI_MEDIA_REGION", hide_env = true)]
    pub media_region: Option<String>,
    /// The bucket's access key.
    #[arg(long, global = true, env = "ZHANGGUI_MEDIA_ACCESS_KEY_ID", hide_env = true)]
    pub media_access_key_id: Option<String>,
    /// Fetch every item page from this origin instead of Taobao's: for tests and mirrors.
    #[arg(long, global = true, env = "ZHANGGUI_CRAWLER_ORIGIN", hide_env = true)]
    pub crawler_origin: Option<String>,
    /// The application's key at Taobao's Open Platform, which is then asked first.
    #[arg(long, global = true, env = "ZHANGGUI_TAOBAO_APP_KEY", hide_env = true)]
    pub taobao_app_key: Option<String>,
    /// The Open Platform's address [default: Taobao's, in mainland China].
    #[arg(long, global = true, env = "ZHANGGUI_TAOBAO_ENDPOINT", hide_env = true)]
    pub taobao_endpoint: Option<String>,
    /// The scene that the Open Platform granted: 1 links, 2 prices, 3 a catalogue [default: 1].
    #[arg(long, global = true, env = "ZHANGGUI_TAOBAO_SCENE", hide_env = true)]
    pub taobao_scene: Option<u8>,
    /// The secret of the application's key.
    #[arg(skip)]
    pub taobao_app_secret: Option<String>,
    /// The mail server: `smtps://user:password@host:465`, or `smtp://…` with STARTTLS. Not a flag, like every secret.
    #[arg(skip)]
    pub smtp_url: Option<String>,
    /// The secret of the SMS provider's access key.
    #[arg(skip)]
    pub sms_access_key_secret: Option<String>,
    /// The secret of the bucket's access key.
    #[arg(skip)]
    pub media_secret_access_key: Option<String>,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Given(…)")
    }
}

impl Given {
    /// Takes the secrets from the process's variables.
    pub fn read_secrets(&mut self) {
        for (name, place) in SECRETS {
            *place(self) = std::env::var(name).ok();
        }
    }

    /// These, and where one is not given, `under`.
    #[must_use]
    pub fn over(self, under: Self) -> Self {
        Self {
            profile: self.profile.or(under.profile),
            listen: self.listen.or(under.listen),
            data_dir: self.data_dir.or(under.data_dir),
            database_url: self.database_url.or(under.database_url),
            database_direct_url: self.database_direct_url.or(under.database_direct_url),
            pg_bin_dir: self.pg_bin_dir.or(under.pg_bin_dir),
            fetch_postgres: self.fetch_postgres.or(under.fetch_postgres),
            master_key: self.master_key.or(under.master_key),
            disclose_codes: self.disclose_codes.or(under.disclose_codes),
            rate_limits: self.rate_limits.or(under.rate_limits),
            trusted_proxies: self.trusted_proxies.or(under.trusted_proxies),
            argon2_memory_kib: self.argon2_memory_kib.or(under.argon2_memory_kib),
            argon2_iterations: self.argon2_iterations.or(under.argon2_iterations),
            session_idle_minutes: self.session_idle_minutes.or(under.session_idle_minutes),
            session_absolute_hours: self.session_absolute_hours.or(under.session_absolute_hours),
            timezone: self.timezone.or(under.timezone),
            smtp_url: self.smtp_url.or(under.smtp_url),
            crawler_origin: self.crawler_origin.or(under.crawler_origin),
            taobao_app_key: self.taobao_app_key.or(under.taobao_app_key),
            taobao_endpoint: self.taobao_endpoint.or(under.taobao_endpoint),
            taobao_scene: self.taobao_scene.or(under.taobao_scene),
            taobao_app_secret: self.taobao_app_secret.or(under.taobao_app_secret),
            mail_from: self.mail_from.or(under.mail_from),
            smtp_ca_file: self.smtp_ca_file.or(under.smtp_ca_file),
            sms_endpoint: self.sms_endpoint.or(under.sms_endpoint),
            sms_access_key_id: self.sms_access_key_id.or(under.sms_access_key_id),
            sms_sign_name: self.sms_sign_name.or(under.sms_sign_name),
            sms_template_code: self.sms_template_code.or(under.sms_template_code),
            media_store: self.media_store.or(under.media_store),
            media_endpoint: self.media_endpoint.or(under.media_endpoint),
            media_region: self.media_region.or(under.media_region),
            media_access_key_id: self.media_access_key_id.or(under.media_access_key_id),
            sms_access_key_secret: self.sms_access_key_secret.or(under.sms_access_key_secret),
            media_secret_access_key: self.media_secret_access_key.or(under.media_secret_access_key),
        }
    }
}

/// What a settings file gives; nothing when the file is not there and need not be.
///
/// # Errors
/// A [`Refusal`] that names the file and the line.
pub fn read_file(path: &Path, required: bool) -> Result<Given, Refusal> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| {
            Refusal(format!("{}: {}", path.display(), error.to_string().replace('\n', " ")))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => Ok(Given::default()),
        Err(error) => Err(Refusal(format!("{} cannot be read: {error}", path.display()))),
    }
}

/// Where a setting stands.
type Place = fn(&mut Given) -> &mut Option<String>;

/// Settings that are secrets: in variables and in the file, but no flags, since the process list shows those.
const SECRETS: [(&str, Place); 5] = [
    ("ZHANGGUI_MASTER_KEY", |given| &mut given.master_key),
    ("ZHANGGUI_TAOBAO_APP_SECRET", |given| &mut given.taobao_app_secret),
    ("ZHANGGUI_SMTP_URL", |given| &mut given.smtp_url),
    ("ZHANGGUI_SMS_ACCESS_KEY_SECRET", |given| &mut given.sms_access_key_secret),
    ("ZHANGGUI_MEDIA_SECRET_ACCESS_KEY", |given| &mut given.media_secret_access_key),
];

/// A refusal for every variable among `names` that begins with `ZHANGGUI_` and means nothing to `command`.
pub fn unknown_variables<C: CommandFactory>(names: impl Iterator<Item = String>) -> Vec<Refusal> {
    let command = C::command();
    let mut known: HashSet<&str> =
        command.get_arguments().filter_map(|arg| arg.get_env()?.to_str()).collect();
    known.extend(SECRETS.map(|(name, _)| name));
    let mut refusals = Vec::new();
    for name in names.filter(|name| name.starts_with("ZHANGGUI_") && !known.contains(name.as_str())) {
        refusals.push(Refusal(format!(
            "{name} is not a setting: see `zhanggui --help` for those there are, or unset it"
        )));
    }
    refusals
}
