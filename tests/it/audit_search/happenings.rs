//! What may happen to every aggregate, in any order.

use proptest::prelude::*;
use uuid::Uuid;
use zhanggui::account::{AccountEvent, Channel, Purpose, Role, Shown};
use zhanggui::eventstore::personal::{Personal, Secret};
use zhanggui::merchant::product::{Changes, InfoFailure, InfoSource, ListingStatus};
use zhanggui::merchant::{ProductEvent, StoreEvent};

fn personal(text: &(impl ToString + ?Sized)) -> Personal<String> {
    Personal::new(text.to_string())
}

fn account_event() -> impl Strategy<Value = AccountEvent> {
    let id = (0_u128..4).prop_map(Uuid::from_u128);
    let channel = prop_oneof![Just(Channel::Email), Just(Channel::Sms)];
    let purpose = prop_oneof![
        Just(Purpose::VerifyContact),
        Just(Purpose::ChangePassword),
        Just(Purpose::ResetPassword)
    ];
    let role = prop_oneof![Just(Role::Admin), Just(Role::Auditor), Just(Role::Analyst)];
    let hash = (0_u8..3).prop_map(|n| Secret::new("password", format!("hash {n}")));
    let at = (0_i64..100_000)
        .prop_map(|seconds| chrono::DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap());
    let requested = (id.clone(), channel.clone(), purpose.clone(), at, 0_u8..9);
    let failed = (id.clone(), channel.clone(), purpose, 1_u8..6);
    prop_oneof![
        ("[a-f]{4}", 1_i64..99, prop::option::of(0_u8..3)).prop_map(|(session_digest, login_time, agent)| {
            AccountEvent::LoggedIn {
                session_digest,
                login_time,
                user_agent: agent.map(|agent| personal(&agent)),
            }
        }),
        "[a-f]{4}".prop_map(|session_digest| AccountEvent::LoggedOut { session_digest }),
        hash.clone().prop_map(|password_hash| AccountEvent::PasswordRehashed { password_hash }),
        requested.prop_map(|(verification_id, channel, purpose, requested_at, n)| {
            AccountEvent::VerificationRequested {
                verification_id,
                channel,
                purpose,
                destination: personal(&n),
                code: Secret::new(&zhanggui::account::codes::slot(purpose, channel), format!("{n:06}")),
                requested_at,
                expires_at: requested_at + chrono::TimeDelta::minutes(10),
            }
        }),
        id.clone().prop_map(|verification_id| AccountEvent::VerificationSent { verification_id }),
        failed.prop_map(|(verification_id, channel, purpose, failures)| {
            AccountEvent::VerificationFailed { verification_id, channel, purpose, failures }
        }),
        (id.clone(), channel.clone()).prop_map(|(verification_id, channel)| AccountEvent::ContactVerified {
            verification_id,
            channel
        }),
        (id, channel, hash).prop_map(|(verification_id, channel, password_hash)| {
            AccountEvent::PasswordChanged { verification_id, channel, password_hash }
        }),
        (0_u8..3).prop_map(|n| AccountEvent::AvatarChanged { avatar: personal(&n) }),
        Just(AccountEvent::AvatarRemoved {}),
        role.clone().prop_map(|role| AccountEvent::RoleGranted { role }),
        role.prop_map(|role| AccountEvent::RoleRevoked { role }),
        Just(AccountEvent::Revealed { shown: Shown::Events, positions: vec![1] }),
    ]
}

/// The life of somebody, who may be forgotten in the end.
pub(super) fn account() -> impl Strategy<Value = Vec<AccountEvent>> {
    let registered = Just(AccountEvent::Registered {
        username: personal("Zhang"),
        username_key: personal("zhang"),
        email: personal("zhang@example.com"),
        phone: personal("+8613800138000"),
        password_hash: Secret::new("password", "first".to_owned()),
        date: None,
    });
    (registered, prop::collection::vec(account_event(), 0..12), prop::bool::weighted(0.3)).prop_map(
        |(registered, life, erased)| {
            let end = erased.then_some(AccountEvent::Erased {});
            std::iter::once(registered).chain(life).chain(end).collect()
        },
    )
}

/// The life of a store.
pub(super) fn store() -> impl Strategy<Value = Vec<StoreEvent>> {
    let id = || (0_u128..3).prop_map(Uuid::from_u128);
    let event = prop_oneof![
        "[a-c]{1,2}".prop_map(|name| StoreEvent::Renamed { name }),
        (id(), "[a-c~/]{1,2}")
            .prop_map(|(category_id, name)| StoreEvent::CategoryAdded { category_id, name }),
        (id(), "[a-c]{1,2}")
            .prop_map(|(category_id, name)| StoreEvent::CategoryRenamed { category_id, name }),
        id().prop_map(|category_id| StoreEvent::CategoryRemoved { category_id }),
    ];
    prop::collection::vec(event, 0..10).prop_map(|life| {
        let opened = StoreEvent::Opened { owner_id: Uuid::from_u128(9), name: "店".to_owned() };
        std::iter::once(opened).chain(life).collect()
    })
}

/// The life of a product.
pub(super) fn product() -> impl Strategy<Value = Vec<ProductEvent>> {
    let (store_id, url) = (Uuid::from_u128(5), "https://item.taobao.com/item.htm?id=1".to_owned());
    let text = || prop::option::of("[a-c]{1,2}");
    let status = prop::option::of(prop_oneof![Just(ListingStatus::Listed), Just(ListingStatus::Delisted)]);
    let item = prop::option::of(prop::option::of("[1-3]"));
    let modified = (text(), status, item).prop_map(move |(title, status, taobao_item_id)| {
        ProductEvent::Modified(Changes { store_id, title, status, taobao_item_id, ..Changes::default() })
    });
    let restored = ProductEvent::Restored { store_id, taobao_url: url.clone(), taobao_item_id: None };
    let recorded = text().prop_map(|title| ProductEvent::InfoRecorded {
        title,
        price: None,
        image_url: None,
        info_source: InfoSource::Page,
    });
    let event = prop_oneof![
        4 => modified,
        1 => recorded,
        1 => Just(ProductEvent::InfoFailed { reason: InfoFailure::NeedsLogin }),
        1 => Just(ProductEvent::RefreshRequested {}),
        1 => Just(ProductEvent::Deleted {}),
        1 => Just(restored),
    ];
    prop::collection::vec(event, 0..10).prop_map(move |life| {
        let listed = ProductEvent::Listed {
            store_id,
            taobao_url: url.clone(),
            taobao_item_id: Some("1".to_owned()),
            coupon_url: "https://uland.taobao.com/c?e=1".to_owned(),
            category_id: None,
        };
        std::iter::once(listed).chain(life).collect()
    })
}
