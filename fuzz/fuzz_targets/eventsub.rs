//! Any text as a frame of Twitch's EventSub, and what it says as a line of chat.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use stream_control::adapters::twitch::eventsub::events::{Meaning, understand};
use stream_control::adapters::twitch::eventsub::frame::{Frame, read};
use stream_control::domain::chat_rules::book::{Book, Manners};

static BOOK: LazyLock<Book> = LazyLock::new(|| {
    Book::new(Manners { prefix: "!".to_owned(), relaxed: true, public: true, moderators: true }, &[])
});

fuzz_target!(|text: &str| {
    if let Frame::Notification(told) = read(text)
        && let Meaning::Chat(message) = understand(&told)
    {
        let _ = BOOK.find(&message.text);
    }
    let _ = BOOK.find(text);
});
