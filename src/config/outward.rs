//! Who carries mails and text messages, and where pictures are kept.

use std::path::Path;

use super::{Given, Profile, Refusal, refuse};
use crate::adapters::aliyun_sms::SmsSettings;
use crate::adapters::avatar_files::{AvatarFiles, MediaStore};
use crate::adapters::smtp::SmtpSettings;
use crate::adapters::taobao::top::signature::SignMethod;
use crate::adapters::taobao::top::{GATEWAY, TopSettings};

/// The SMTP server, if one is given.
pub(super) fn check_mail(given: &Given, refusals: &mut Vec<Refusal>) -> Option<SmtpSettings> {
    let Some(url) = given.smtp_url.clone() else {
        if given.mail_from.is_some() || given.smtp_ca_file.is_some() {
            refuse(
                refusals,
                "ZHANGGUI_MAIL_FROM or ZHANGGUI_SMTP_CA_FILE is set without ZHANGGUI_SMTP_URL: set it as well, or none of them",
            );
        }
        return None;
    };
    let Some(from) = given.mail_from.clone() else {
        refuse(
            refusals,
            "ZHANGGUI_MAIL_FROM is missing: give the sender, for example `掌柜 <no-reply@example.com>`",
        );
        return None;
    };
    let settings = SmtpSettings { url, from, ca_file: given.smtp_ca_file.clone() };
    if let Err(error) = settings.check() {
        refuse(refusals, &format!("ZHANGGUI_SMTP_URL, ZHANGGUI_MAIL_FROM, ZHANGGUI_SMTP_CA_FILE: {error}"));
    }
    Some(settings)
}

/// The SMS provider, if one is given.
pub(super) fn check_sms(given: &Given, refusals: &mut Vec<Refusal>) -> Option<SmsSettings> {
    let parts = [
        ("ZHANGGUI_SMS_ACCESS_KEY_ID", &given.sms_access_key_id),
        ("ZHANGGUI_SMS_ACCESS_KEY_SECRET", &given.sms_access_key_secret),
        ("ZHANGGUI_SMS_SIGN_NAME", &given.sms_sign_name),
        ("ZHANGGUI_SMS_TEMPLATE_CODE", &given.sms_template_code),
    ];
    if parts.iter().all(|(_, value)| value.is_none()) && given.sms_endpoint.is_none() {
        return None;
    }
    let missing: Vec<_> = parts.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
    let [Some(access_key_id), Some(access_key_secret), Some(sign_name), Some(template_code)] =
        parts.map(|(_, value)| value.clone())
    else {
        refuse(
            refusals,
            &format!("for text messages these are missing: {}; set all of them, or none", missing.join(", ")),
        );
        return None;
    };
    let endpoint = given.sms_endpoint.clone().unwrap_or_else(|| "https://dysmsapi.aliyuncs.com".to_owned());
    let settings = SmsSettings { endpoint, access_key_id, access_key_secret, sign_name, template_code };
    if let Err(error) = settings.check() {
        refuse(refusals, &format!("ZHANGGUI_SMS_*: {error}"));
    }
    Some(settings)
}

/// Where pictures are kept: below the data folder, in another folder, or in a bucket.
pub(super) fn check_media(given: &Given, data_dir: &Path, refusals: &mut Vec<Refusal>) -> MediaStore {
    let place = given.media_store.clone().unwrap_or_default();
    let Some(rest) = place.strip_prefix("s3://") else {
        let of_a_bucket = [
            &given.media_endpoint,
            &given.media_region,
            &given.media_access_key_id,
            &given.media_secret_access_key,
        ];
        if of_a_bucket.iter().any(|value| value.is_some()) {
            refuse(
                refusals,
                "ZHANGGUI_MEDIA_* is set without a bucket: set ZHANGGUI_MEDIA_STORE to s3://bucket/prefix, or none of them",
            );
        }
        return MediaStore::Folder(if place.is_empty() { data_dir.join("media") } else { place.into() });
    };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let store = MediaStore::S3 {
        bucket: bucket.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        endpoint: given.media_endpoint.clone(),
        region: given.media_region.clone().unwrap_or_else(|| "us-east-1".to_owned()),
        access_key_id: given.media_access_key_id.clone().unwrap_or_default(),
        secret_access_key: given.media_secret_access_key.clone().unwrap_or_default(),
    };
    if given.media_access_key_id.is_none() || given.media_secret_access_key.is_none() {
        refuse(
            refusals,
            "for a bucket, ZHANGGUI_MEDIA_ACCESS_KEY_ID and ZHANGGUI_MEDIA_SECRET_ACCESS_KEY must be set",
        );
    } else if let Err(error) = AvatarFiles::new(&store) {
        refuse(refusals, &format!("ZHANGGUI_MEDIA_STORE: {error}"));
    }
    store
}

/// The application at the Open Platform, if one is given.
pub(super) fn check_platform(given: &Given, refusals: &mut Vec<Refusal>) -> Option<TopSettings> {
    let (app_key, app_secret) = match (given.taobao_app_key.clone(), given.taobao_app_secret.clone()) {
        (Some(key), Some(secret)) => (key, secret),
        (None, None) => return None,
        _ => {
            refuse(
                refusals,
                "of ZHANGGUI_TAOBAO_APP_KEY and ZHANGGUI_TAOBAO_APP_SECRET one is missing: set both, or neither",
            );
            return None;
        }
    };
    let endpoint = given.taobao_endpoint.clone().unwrap_or_else(|| GATEWAY.to_owned());
    let scene = given.taobao_scene.unwrap_or(1);
    let settings = TopSettings { endpoint, app_key, app_secret, sign_method: SignMethod::HmacSha256, scene };
    if let Err(error) = settings.check() {
        refuse(refusals, &format!("ZHANGGUI_TAOBAO_*: {error}"));
    }
    Some(settings)
}

/// What the operator of a production site should know of what is not set.
pub(super) fn warn_of_silence(profile: Profile, mail: bool, sms: bool) {
    if profile == Profile::Production && !(mail && sms) {
        tracing::warn!(
            mail,
            sms,
            "codes cannot be sent by a channel that is not set: it is refused when asked for"
        );
    }
}
