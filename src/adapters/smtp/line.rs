//! One connection to the server, from the greeting to the goodbye, its steps with limits of time.
//!
//! lettre's own pool is not used: after connecting it has no limits of time, and it takes a connection back
//! whose delivery was given up half way. The next mail then reads every answer one command late, and counts
//! as delivered before the server has said so. Here a [`Line`] is kept only after a delivery that was answered.

use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

use super::message::Letter;
use super::one_line::OneLine;
use super::settings::{Security, Server};
use super::verdict::{Failure, Step, Trouble};

/// For one of the server's addresses to take the connection; there may be several.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
/// For any step but the last.
const STEP_LIMIT: Duration = Duration::from_secs(6);
/// For the signs of life and the goodbye, which nothing depends on.
const SMALL_LIMIT: Duration = Duration::from_secs(2);
/// Servers hang up on those who are silent; most wait longer than this.
const IDLE_LIMIT: Duration = Duration::from_secs(30);

/// A connection on which one may send.
pub(super) struct Line {
    connection: AsyncSmtpConnection,
    used_at: Instant,
}

impl Line {
    /// Connects, encrypts and authenticates.
    pub(super) async fn open(server: &Server) -> Result<Self, Failure> {
        let hello = ClientId::default();
        let mut connection = match &server.security {
            Security::Implicit(tls) => {
                let address = (server.host.as_str(), server.port);
                let tls = Some(tls.clone());
                let connecting =
                    AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT_LIMIT), &hello, tls, None);
                step(Step::Connect, connecting).await?
            }
            Security::StartTls(_) | Security::None => {
                let stream = Box::new(OneLine(reach(server).await?));
                step(Step::Connect, AsyncSmtpConnection::connect_with_transport(stream, &hello)).await?
            }
        };
        if let Security::StartTls(tls) = &server.security {
            if !connection.can_starttls() {
                return Err(not_offered(Step::Encrypt, "STARTTLS"));
            }
            step(Step::Encrypt, connection.starttls(tls.clone(), &hello)).await?;
        }
        if let Some(credentials) = &server.credentials {
            if connection.server_info().get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
                return Err(not_offered(Step::Authenticate, "AUTH PLAIN or AUTH LOGIN"));
            }
            step(Step::Authenticate, connection.auth(DEFAULT_MECHANISMS, credentials)).await?;
        }
        Ok(Self { connection, used_at: Instant::now() })
    }

    /// Hands `letter` over. After a failure this line is not to be used any more.
    pub(super) async fn deliver(&mut self, letter: &Letter) -> Result<(), Failure> {
        let connection = &mut self.connection;
        let mut options = Vec::new();
        if letter.needs_utf8() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Failure { step: Step::Sender, trouble: Trouble::NoUtf8 });
            }
            options.push(MailParameter::SmtpUtfEight);
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        step(Step::Sender, connection.command(Mail::new(Some(letter.from.clone()), options))).await?;
        step(Step::Recipient, connection.command(Rcpt::new(letter.to.clone(), Vec::new()))).await?;
        step(Step::Content, connection.command(Data)).await?;
        // Servers that look through a mail take their time; giving up would often have it sent twice. So the
        // deadline of the whole is the limit.
        let taken = connection.message(&letter.bytes).await;
        taken.map_err(|error| Failure { step: Step::Content, trouble: Trouble::Smtp(error) })?;
        self.used_at = Instant::now();
        Ok(())
    }

    /// Whether it was used a short time ago.
    pub(super) fn is_fresh(&self) -> bool {
        self.used_at.elapsed() < IDLE_LIMIT
    }

    /// Whether the server is still there.
    pub(super) async fn is_alive(&mut self) -> bool {
        matches!(timeout(SMALL_LIMIT, self.connection.command(Noop)).await, Ok(Ok(_)))
    }

    /// Says goodbye as RFC 5321, 4.1.1.10 wants it, and lets nobody wait for that.
    pub(super) fn leave(mut self) {
        tokio::spawn(async move { timeout(SMALL_LIMIT, self.connection.quit()).await });
    }
}

/// Connects to the first of the server's addresses that answers.
async fn reach(server: &Server) -> Result<TcpStream, Failure> {
    let connecting = async {
        for address in lookup_host((server.host.as_str(), server.port)).await.ok()? {
            if let Ok(Ok(stream)) = timeout(CONNECT_LIMIT, TcpStream::connect(address)).await {
                return Some(stream);
            }
        }
        None
    };
    let reached = timeout(STEP_LIMIT, connecting).await.ok().flatten();
    reached.ok_or(Failure { step: Step::Connect, trouble: Trouble::NotReached })
}

fn not_offered(step: Step, what: &'static str) -> Failure {
    Failure { step, trouble: Trouble::NotOffered(what) }
}

async fn step<T>(step: Step, doing: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Failure> {
    let trouble = match timeout(STEP_LIMIT, doing).await {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => Trouble::Smtp(error),
        Err(_) => Trouble::NoAnswer,
    };
    Err(Failure { step, trouble })
}
