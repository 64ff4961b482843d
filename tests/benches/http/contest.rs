//! Contenders in turn, and the table of what they came to.

use std::sync::Arc;
use std::time::Duration;

use zhanggui::ports::Ports;

use super::asks::{Artist, Asker, Doorman, Lister, Visitor};
use super::client::Client;
use super::seed::Hashing;
use crate::common::load::{Meter, Sample, round};
use crate::common::report::{Report, digits};
use crate::common::{Fault, ROUNDS, median};
use crate::seed::PASSWORD;

/// What is asked.
#[derive(Clone)]
pub(crate) enum Load<'a> {
    /// These requests, in turn, of the server at this port.
    Requests(u16, Arc<Vec<Vec<u8>>>),
    /// Products listed, each another one, of the server at this port, by whoever has these cookies.
    Listings(u16, Arc<Vec<String>>),
    /// Captchas with their pictures.
    Captchas(u16),
    /// Nothing: pictures are drawn.
    Drawing,
    /// Nothing: passwords are verified.
    Hashing(&'a Hashing),
}

/// Somebody who is measured.
#[derive(Clone)]
pub(crate) struct Contender<'a> {
    pub(crate) name: &'static str,
    pub(crate) load: Load<'a>,
    pub(crate) workers: usize,
    pub(crate) meter: Meter,
}

impl Contender<'_> {
    /// One round.
    pub(crate) async fn round(&self, span: Duration) -> Result<Sample, Fault> {
        let meter = self.meter;
        match &self.load {
            Load::Requests(port, requests) => {
                let mut askers = Vec::new();
                let apart = requests.len().div_ceil(self.workers);
                for nth in 0..self.workers {
                    askers.push(Asker::connect(*port, Arc::clone(requests), nth * apart).await?);
                }
                round(askers, span, 1.0, meter).await
            }
            Load::Listings(port, sessions) => {
                let mut listers = Vec::new();
                for session in sessions.iter().cycle().take(self.workers) {
                    listers.push(Lister::connect(*port, session.clone()).await?);
                }
                round(listers, span, 1.0, meter).await
            }
            Load::Captchas(port) => {
                let mut visitors = Vec::new();
                for _ in 0..self.workers {
                    visitors.push(Visitor(Client::connect(*port).await?));
                }
                round(visitors, span, 1.0, meter).await
            }
            Load::Drawing => {
                round((0..self.workers).map(|_| Artist(Ports::system())), span, 1.0, meter).await
            }
            Load::Hashing(hashing) => {
                let doorman = |_| Doorman {
                    hasher: Arc::clone(&hashing.hasher),
                    phc: Arc::clone(&hashing.phc),
                    password: PASSWORD,
                };
                round((0..self.workers).map(doorman), span, 1.0, meter).await
            }
        }
    }
}

/// Lets the contenders take turns; the ratio is to the last one. Gives everybody's rounds.
pub(crate) async fn contest(
    what: &str,
    contenders: &[Contender<'_>],
    span: Duration,
    report: &mut Report,
) -> Result<(), Fault> {
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); contenders.len()];
    for contender in contenders {
        contender.round(span / 4).await?;
    }
    for nth in 0..ROUNDS {
        for (contender, kept) in contenders.iter().zip(&mut samples) {
            let sample = contender.round(span).await?;
            report.raw(what, contender.name, nth, &sample)?;
            kept.push(sample);
        }
    }
    let names: Vec<&str> = contenders.iter().map(|contender| contender.name).collect();
    table(what, &names, &samples, report)
}

/// The table of contenders, held against the last of them.
pub(crate) fn table(
    what: &str,
    names: &[&str],
    samples: &[Vec<Sample>],
    report: &mut Report,
) -> Result<(), Fault> {
    let last = names.last().copied().unwrap_or_default();
    let against = format!("× {last}");
    let mut rows = vec![
        ["system", "answers/s", "p50 ms", "p99 ms", &against, "PostgreSQL µs", "program µs"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (name, kept) in names.iter().zip(samples) {
        let middle = |pick: fn(&Sample) -> f64| digits(median(kept.iter().map(pick)));
        let pairs = kept.iter().zip(samples.last().map(Vec::as_slice).unwrap_or_default());
        rows.push(vec![
            (*name).to_owned(),
            middle(|it| it.rate),
            middle(|it| it.p50),
            middle(|it| it.p99),
            digits(median(pairs.map(|(this, other)| this.rate / other.rate))),
            middle(|it| it.postgres),
            middle(|it| it.program),
        ]);
    }
    report.table(what, &rows)
}
