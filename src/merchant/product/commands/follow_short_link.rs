//! Follow a short link: the crawler did, and tells which item it leads to.
//!
//! The item takes the short link's place in the claim, so this is refused with `already_listed` where the
//! store has that item listed already. What the crawler reports of a link that the product has no more
//! leaves no trace.

use crate::merchant::links::TaobaoLink;
use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::{Changes, ProductEvent};
use crate::merchant::product::state::Product;

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowShortLink {
    /// The link that was followed, in canonical form.
    pub from: String,
    /// Where it leads.
    pub to: TaobaoLink,
}

impl FollowShortLink {
    pub(super) fn decide(&self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        state.exists()?;
        let (Some(store_id), Some(item)) = (state.store_id(), self.to.item_id()) else {
            return Ok(Vec::new());
        };
        if state.taobao_url() != self.from || state.taobao_item_id().is_some() {
            return Ok(Vec::new());
        }
        Ok(vec![ProductEvent::Modified(Changes {
            store_id,
            taobao_url: Some(self.to.canonical()),
            taobao_item_id: Some(Some(item.to_owned())),
            ..Changes::default()
        })])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::testing::{STORE, URL, listed, listed_short, scene};

    #[test]
    fn a_short_link_becomes_the_item_it_leads_to_once() {
        let follow = |from: &str, to: &str| FollowShortLink {
            from: from.to_owned(),
            to: TaobaoLink::parse(to).unwrap(),
        };
        let short = "https://m.tb.cn/h.5xYz";
        let followed = ProductEvent::Modified(Changes {
            store_id: STORE,
            taobao_url: Some(URL.to_owned()),
            taobao_item_id: Some(Some("520813250866".to_owned())),
            ..Changes::default()
        });
        for (past, command, events) in [
            (vec![listed_short()], follow(short, URL), vec![followed.clone()]),
            (vec![listed_short(), followed], follow(short, URL), vec![]),
            (vec![listed_short()], follow("https://m.tb.cn/h.other", URL), vec![]),
            (vec![listed_short()], follow(short, "https://m.tb.cn/h.other"), vec![]),
            (vec![listed()], follow(short, URL), vec![]),
        ] {
            scene().given(past).when(command.into()).then_expect_events(events);
        }
        scene()
            .given(vec![listed_short(), ProductEvent::Deleted {}])
            .when(follow(short, URL).into())
            .then_expect_error(ProductError::NotFound);
    }
}
