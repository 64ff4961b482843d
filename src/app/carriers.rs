//! Who carries mails and text messages here.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::account::Channel;
use crate::adapters::aliyun_sms::AliyunSms;
use crate::adapters::outbox::Outbox;
use crate::adapters::smtp::Smtp;
use crate::config::Settings;
use crate::database::AppError;
use crate::ports::Ports;
use crate::reactors::ports::{Mailer, Texter};

/// Who carries what here: the real ones where they are set, else the outbox, else nobody.
pub(super) struct Carriers {
    pub(super) mailer: Option<Arc<dyn Mailer>>,
    pub(super) texter: Option<Arc<dyn Texter>>,
    pub(super) outbox: Option<Arc<Outbox>>,
}

impl Carriers {
    pub(super) fn new(settings: &Settings, ports: &Ports) -> Result<Self, AppError> {
        let outbox = settings.outbox.then(|| Arc::new(Outbox::new(ports.clone())));
        let mailer: Option<Arc<dyn Mailer>> = match &settings.mail {
            Some(mail) => Some(Arc::new(Smtp::new(mail, ports.clone())?)),
            None => outbox.clone().map(|outbox| outbox as _),
        };
        let texter: Option<Arc<dyn Texter>> = match &settings.sms {
            Some(sms) => Some(Arc::new(AliyunSms::new(sms.clone(), ports.clone())?)),
            None => outbox.clone().map(|outbox| outbox as _),
        };
        Ok(Self { mailer, texter, outbox })
    }

    pub(super) fn channels(&self) -> BTreeSet<Channel> {
        let by = [(Channel::Email, self.mailer.is_some()), (Channel::Sms, self.texter.is_some())];
        by.into_iter().filter_map(|(channel, carried)| carried.then_some(channel)).collect()
    }
}
