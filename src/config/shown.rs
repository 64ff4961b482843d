//! The settings as `zhanggui config check` shows them: a line each, secrets hidden.

use std::fmt;

use super::{DatabaseChoice, Settings};

impl fmt::Display for Settings {
    /// What is in force, a line each, secrets hidden.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let switch = |on| if on { "on" } else { "off" };
        writeln!(f, "profile                 {:?}", self.profile)?;
        writeln!(f, "listen                  {}", self.listen)?;
        writeln!(f, "data_dir                {}", self.data_dir.display())?;
        match &self.database {
            DatabaseChoice::Embedded { .. } => writeln!(f, "database                embedded in data_dir")?,
            DatabaseChoice::External { .. } => writeln!(f, "database                external (URL hidden)")?,
        }
        let key = if self.master_key.is_some() { "given (hidden)" } else { "made once, kept in data_dir" };
        writeln!(f, "master_key              {key}")?;
        writeln!(f, "disclose_codes          {}", switch(self.disclose_codes))?;
        writeln!(f, "rate_limits             {}", switch(self.rate_limits))?;
        writeln!(f, "trusted_proxies         {:?}", self.trusted_proxies)?;
        writeln!(f, "timezone                {}", self.calendar.timezone())?;
        let carried = |is_set: bool| match (is_set, self.outbox) {
            (true, _) => "set (hidden)",
            (false, true) => "shown at /dev/outbox",
            (false, false) => "not set",
        };
        writeln!(f, "mail                    {}", carried(self.mail.is_some()))?;
        writeln!(f, "sms                     {}", carried(self.sms.is_some()))?;
        writeln!(f, "media_store             {:?}", self.media)?;
        let platform = if self.platform.is_some() { "set (hidden)" } else { "not set" };
        writeln!(f, "taobao                  {platform}")?;
        writeln!(f, "crawler_origin          {}", self.crawler.origin.as_deref().unwrap_or("Taobao's own"))?;
        writeln!(f, "argon2                  {} KiB, t={}", self.argon2.memory_kib, self.argon2.iterations)?;
        writeln!(f, "session_idle_minutes    {}", self.session_idle.as_secs() / 60)?;
        write!(f, "session_absolute_hours  {}", self.session_absolute.as_secs() / 3600)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Settings {{\n{self}\n}}")
    }
}

impl fmt::Debug for DatabaseChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Embedded { .. } => "Embedded",
            Self::External { .. } => "External(…)",
        })
    }
}
