//! Record what the crawler found, except where a person has set something by hand.
//!
//! What was fetched from a link that the product has no more leaves no trace.

use crate::merchant::product::error::ProductError;
use crate::merchant::product::event::ProductEvent;
use crate::merchant::product::state::Product;
use crate::merchant::product::values::{InfoSource, Price, Title};

/// The command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordProductInfo {
    /// The link that was fetched, in canonical form.
    pub taobao_url: String,
    /// What it is called, if found.
    pub title: Option<Title>,
    /// What it costs, if found.
    pub price: Option<Price>,
    /// Where its picture is, if found; an `https` link.
    pub image_url: Option<String>,
    /// Where this was found.
    pub source: InfoSource,
}

impl RecordProductInfo {
    pub(super) fn decide(&self, state: &Product) -> Result<Vec<ProductEvent>, ProductError> {
        state.exists()?;
        if state.taobao_url() != self.taobao_url {
            return Ok(Vec::new());
        }
        let (title, price) = (self.title.as_ref(), self.price);
        Ok(vec![ProductEvent::InfoRecorded {
            title: title.filter(|_| state.title_by_hand().is_none()).map(|title| title.as_str().to_owned()),
            price: price.filter(|_| state.price_by_hand().is_none()).map(|price| price.to_string()),
            image_url: self.image_url.clone(),
            info_source: self.source,
        }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merchant::product::event::Changes;
    use crate::merchant::product::testing::{STORE, URL, found, listed, scene};

    fn record() -> RecordProductInfo {
        RecordProductInfo {
            taobao_url: URL.to_owned(),
            title: Title::from_page(" 好看的杯子\n"),
            price: Price::parse("¥19.9").ok(),
            image_url: Some("https://img.alicdn.com/a.jpg".to_owned()),
            source: InfoSource::Page,
        }
    }

    fn by_hand(title: Option<&str>, price: Option<&str>) -> ProductEvent {
        let (title, price) = (title.map(str::to_owned), price.map(str::to_owned));
        ProductEvent::Modified(Changes { store_id: STORE, title, price, ..Changes::default() })
    }

    #[test]
    fn what_was_found_is_recorded_but_for_what_a_person_set() {
        let recorded = |title: Option<&str>, price: Option<&str>| ProductEvent::InfoRecorded {
            title: title.map(str::to_owned),
            price: price.map(str::to_owned),
            image_url: Some("https://img.alicdn.com/a.jpg".to_owned()),
            info_source: InfoSource::Page,
        };
        for (past, event) in [
            (vec![listed()], found()),
            (vec![listed(), found()], found()),
            (vec![listed(), by_hand(Some("杯"), None)], recorded(None, Some("19.90"))),
            (vec![listed(), by_hand(None, Some("9.00"))], recorded(Some("好看的杯子"), None)),
            (vec![listed(), found(), by_hand(Some("杯"), Some("9.00"))], recorded(None, None)),
        ] {
            scene().given(past).when(record().into()).then_expect_events(vec![event]);
        }
    }

    #[test]
    fn what_was_fetched_from_an_older_link_or_for_what_is_deleted_is_not_recorded() {
        let moved = ProductEvent::Modified(Changes {
            store_id: STORE,
            taobao_url: Some("https://item.taobao.com/item.htm?id=7".to_owned()),
            taobao_item_id: Some(Some("7".to_owned())),
            ..Changes::default()
        });
        scene().given(vec![listed(), moved]).when(record().into()).then_expect_events(vec![]);
        for past in [vec![], vec![listed(), ProductEvent::Deleted {}]] {
            scene().given(past).when(record().into()).then_expect_error(ProductError::NotFound);
        }
    }
}
