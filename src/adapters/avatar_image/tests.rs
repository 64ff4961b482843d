//! Turns, places and time: what happens around the work.

use super::*;

const ONE: AvatarSettings =
    AvatarSettings { permits: NonZero::<usize>::MIN, queue: 1, limit: Duration::from_mins(1) };

const EMPTY: Avatar = Avatar { large: Vec::new(), small: Vec::new() };

async fn eventually(mut condition: impl FnMut() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_file_that_is_no_image_is_told_apart() {
    let images = AvatarImages::new(AvatarSettings::default());
    let refused = images.render(Bytes::from_static(b"<svg/>")).await;
    assert_eq!(refused, Err(AvatarError::Bad(BadImage::UnsupportedType)));
    let refused = images.render(Bytes::from_static(b"\x89PNG\r\n\x1a\n")).await;
    assert_eq!(refused, Err(AvatarError::Bad(BadImage::Damaged)));
}

#[tokio::test]
async fn beyond_the_queue_the_answer_is_overloaded_at_once() {
    let images = Arc::new(AvatarImages::new(ONE));
    let turn = images.turn().await.unwrap();
    let waiting = tokio::spawn({
        let images = Arc::clone(&images);
        async move { images.run(|| Ok(EMPTY)).await }
    });
    eventually(|| images.places.available_permits() == 0).await;
    assert_eq!(images.run(|| Ok(EMPTY)).await, Err(AvatarError::Overloaded));
    drop(turn);
    assert!(waiting.await.unwrap().is_ok());
    assert!(images.run(|| Ok(EMPTY)).await.is_ok());
}

#[tokio::test]
async fn who_waits_too_long_for_a_turn_is_told_so() {
    let images = AvatarImages::new(AvatarSettings { limit: Duration::from_millis(10), ..ONE });
    let _turn = images.turn().await.unwrap();
    assert_eq!(images.run(|| Ok(EMPTY)).await, Err(AvatarError::Overloaded));
    assert_eq!(images.places.available_permits(), 1);
}

#[tokio::test]
async fn a_slow_image_is_given_up_and_keeps_its_turn_until_it_is_done() {
    let images = AvatarImages::new(AvatarSettings { limit: Duration::from_millis(50), ..ONE });
    let (finish, wait) = std::sync::mpsc::channel::<()>();
    let slow = move || {
        wait.recv().unwrap();
        Ok(EMPTY)
    };
    assert_eq!(images.run(slow).await, Err(AvatarError::TooSlow));
    assert_eq!(images.turns.available_permits(), 0, "its thread works on");
    finish.send(()).unwrap();
    eventually(|| images.turns.available_permits() == 1).await;
}

#[tokio::test]
async fn a_decoder_that_breaks_gives_its_turn_back() {
    let images = AvatarImages::new(ONE);
    let broken = images.run(|| panic!("a fault of the decoder")).await;
    assert_eq!(broken, Err(AvatarError::Bad(BadImage::Damaged)));
    assert_eq!(images.turns.available_permits(), 1);
}

#[tokio::test]
async fn a_dropped_request_gives_back_its_place() {
    let images = Arc::new(AvatarImages::new(ONE));
    let _turn = images.turn().await.unwrap();
    let waiting = tokio::spawn({
        let images = Arc::clone(&images);
        async move { images.run(|| Ok(EMPTY)).await }
    });
    eventually(|| images.places.available_permits() == 0).await;
    waiting.abort();
    eventually(|| images.places.available_permits() == 1).await;
}
