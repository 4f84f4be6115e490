//! The pages of Twitch in a real browser: chat with events, and the stream's info.

use super::browser::{Person, looks};
use crate::support::app::App;
use crate::web::house::{House, PASSWORD};
use crate::web::sockets::chat_line;
use serde_json::{Value, json};
use stream_control::demo::fake_twitch::{BROADCASTER, CLIENT_ID, FakeTwitch, Fault};
use stream_control::domain::chat::{Badge, ChatMessage, Fragment, Identity};
use stream_control::domain::happening::{Happening, HappeningKind};
use stream_control::domain::twitch::{Ads, Category, Channel, Live, SignIn, Twitch};
use stream_control::domain::twitch_features::scopes;
use stream_control::kit::clock;
use stream_control::kit::units::UnixMs;

/// The channel of Mia, live, with her bot.
fn live() -> Twitch {
    let linked = |login: &str, who| SignIn::Linked {
        user_id: "1".to_owned(),
        login: login.to_owned(),
        expires_at: UnixMs(0),
        scopes: scopes(&[], who).into_iter().map(str::to_owned).collect(),
        validated_at: None,
        missing: Vec::new(),
        unsaved: None,
    };
    let now = clock::unix();
    Twitch {
        set_up: true,
        sign_in: [(Identity::Broadcaster, "mia"), (Identity::Bot, "miasbot")]
            .map(|(who, login)| (who, linked(login, who)))
            .into(),
        channel: Some(Channel {
            title: "Walking through the rain".to_owned(),
            category: Some(Category { id: "1".to_owned(), name: "IRL".to_owned(), box_art: String::new() }),
            tags: vec!["Rain".to_owned()],
            ..Channel::default()
        }),
        live: Some(Live::On { id: "1".to_owned(), started_at: now, viewers: 1234, read_at: now }),
        ads: Some(Ads { next_at: Some(UnixMs(now.0 + 600_000)), seconds: 60, snoozes: 2, ..Ads::default() }),
        ..Twitch::default()
    }
}

fn rich(id: &str) -> std::sync::Arc<ChatMessage> {
    let mut line = (*chat_line(id, "")).clone();
    line.author.badges = vec![Badge { set: "moderator".to_owned(), id: "1".to_owned(), info: String::new() }];
    line.author.colour = "#FF0000".to_owned();
    line.fragments = vec![
        Fragment::Mention { login: "mia".to_owned(), text: "@mia".to_owned() },
        Fragment::Text(" <img src=x onerror=alert(1)> ".to_owned()),
        Fragment::Cheer { bits: 100, text: "Cheer100".to_owned() },
    ];
    std::sync::Arc::new(line)
}

fn happening(id: &str, kind: HappeningKind, text: &str, data: Value) -> Happening {
    let (id, text) = (id.to_owned(), text.to_owned());
    Happening { id, at: UnixMs(1_700_000_000_001), kind, who: None, amount: None, text, message: None, data }
}

/// Signed in at the page of a house whose Twitch is live.
async fn visit(house: &House, width: u32) -> Person {
    house.twitch.set(live());
    let person = Person::at(format!("http://{}", house.addr)).await;
    person.browser.resize(width, 740).await;
    person.open("/login").await;
    person.password(PASSWORD).await;
    person.browser.until("document.querySelector('#strip-word')").await;
    person
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chat_is_read_held_filtered_and_what_was_deleted_is_struck() {
    let house = House::claimed().await;
    house.chat.edit(|tail| tail.push(rich("rich")));
    let person = visit(&house, 360).await;
    person.open("/chat").await;
    person.reads("#feed", "<img src=x onerror=alert(1)>").await;
    person.reads("#feed .role", "Mod").await;
    person.browser.until("document.querySelector('.to-me .mention').innerText === '@mia'").await;
    person.reads("#viewers", "1,234 watching").await;
    house.events.edit(|tail| tail.push(happening("f", HappeningKind::Follow, "Lena follows.", Value::Null)));
    person.reads("#feed .happened", "Lena follows.").await;
    looks(&person, "/chat").await;

    person.press("[data-group=follows].pick").await;
    person.browser.until("!document.querySelector('#feed .happened').checkVisibility()").await;
    person.press("[data-group=follows].pick").await;

    let gone = json!({"message_id": "rich"});
    house.events.edit(|tail| tail.push(happening("g", HappeningKind::Removed, "A message was deleted.", gone)));
    person.reads("#feed .gone", "(deleted)").await;

    // A name in other letters has the account behind it; each text reads in its own direction.
    let mut foreign = (*chat_line("foreign", "שלום (123) mia")).clone();
    (foreign.author.name, foreign.author.login) = ("МІА".to_owned(), "not_mia".to_owned());
    house.chat.edit(|tail| tail.push(std::sync::Arc::new(foreign)));
    person.reads("#feed", "МІА (not_mia)").await;
    let alone =
        "[...document.querySelectorAll('#feed bdi')].every((one) => getComputedStyle(one).unicodeBidi === 'isolate')";
    assert_eq!(person.browser.run(&format!("return {alone}")).await, true);

    // Four hundred lines: the newest three hundred stay, and who reads further up is left alone.
    for batch in 0..8 {
        for id in batch * 50..(batch + 1) * 50 {
            house.chat.edit(|tail| tail.push(chat_line(&format!("a{id}"), &format!("line {id}"))));
        }
        person.reads("#feed", &format!("line {}", batch * 50 + 49)).await;
    }
    person.browser.until("document.querySelectorAll('#feed li').length === 300").await;
    person.browser.run("document.querySelector('#feed').scrollTop = 0").await;
    person.browser.until("!document.querySelector('#jump').hidden").await;
    house.chat.edit(|tail| tail.push(chat_line("late", "the newest of all")));
    person.reads("#jump", "1 new").await;
    let gone = json!({"message_id": "a399"});
    house.events.edit(|tail| tail.push(happening("h", HappeningKind::Removed, "A message was deleted.", gone)));
    person.browser.until("document.querySelectorAll('#feed .gone').length === 1").await;
    assert_eq!(person.browser.run("return document.querySelector('#feed').scrollTop").await, 0);
    person.press("#jump").await;
    person.reads("#feed", "the newest of all").await;
    person.no_complaints(&[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_names_whom_it_answers_and_twitchs_own_chat_is_framed_only_when_chosen() {
    let house = House::claimed().await;
    house.chat.edit(|tail| tail.push(chat_line("one", "Where are you?")));
    let person = visit(&house, 1280).await;
    person.open("/chat").await;
    person.reads("#feed", "Where are you?").await;
    let voices = "[...document.querySelectorAll('#voice option')].map((one) => one.value).join()";
    person.browser.until(&format!("{voices} === 'broadcaster,bot'")).await;
    person.press("#feed .reply").await;
    person.reads("#reply-to", "Reply to Anna: Where are you?").await;
    person.fill("#message", "x").await;
    person.fill("#message", "\u{E00C}").await;
    person.browser.until("document.querySelector('#reply-to').hidden").await;
    assert_eq!(person.browser.run("return document.querySelectorAll('iframe').length").await, 0);
    person.press("#tab-twitch").await;
    let framed = "document.querySelector('iframe').src === \
        'https://www.twitch.tv/embed/mia/chat?parent=127.0.0.1&darkpopout' || \
        document.querySelector('iframe').src === 'https://www.twitch.tv/embed/mia/chat?parent=127.0.0.1'";
    person.browser.until(framed).await;
    house.chat.edit(|tail| tail.push(chat_line("two", "Hello?")));
    person.reads("#unread", "1").await;
    person.press("#tab-feed").await;
    person.browser.until("document.querySelector('#unread').hidden").await;
    looks(&person, "/chat on a desk").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_stays_while_twitch_tells_the_rest() {
    let house = House::claimed().await;
    let person = visit(&house, 360).await;
    person.open("/stream").await;
    let title = "document.querySelector('#title').value";
    person.browser.until(&format!("{title} === 'Walking through the rain'")).await;
    person.reads("#twitch-chip", "Live on Twitch").await;
    person.reads("#ads-line", "The next ad lasts 60 s.").await;
    person.fill("#title", " today").await;
    person.reads("#title-count", "30 of 140").await;
    house.twitch.edit(|twitch| {
        if let Some(channel) = &mut twitch.channel {
            channel.title = "Changed elsewhere".to_owned();
            channel.tags = vec!["Sun".to_owned()];
        }
    });
    person.reads("#tags", "Sun").await;
    assert_eq!(person.browser.run(&format!("return {title}")).await, "Walking through the rain today");
    person.reads("#title-meanwhile", "to: Changed elsewhere. Saving here replaces it.").await;
    looks(&person, "/stream with two at one title").await;
    person.press("[data-take=title]").await;
    person.browser.until(&format!("{title} === 'Changed elsewhere'")).await;
    person.browser.until("document.querySelector('#title-meanwhile').hidden").await;
    person.fill("#tag", "Oslo\u{E007}").await;
    person.reads("#tags", "Oslo").await;
    person.fill("#tag", "not this!\u{E007}").await;
    person.reads("#tags", "not").await;
    looks(&person, "/stream").await;
    house.twitch.set(Twitch { set_up: true, ..Twitch::default() });
    person.reads("#blocked", "Sign in to Twitch first.").await;
    looks(&person, "/stream without a sign-in").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_done_says_why_before_anyone_tries() {
    let house = House::claimed().await;
    let person = visit(&house, 360).await;
    person.open("/stream").await;
    person.reads("#title-count", "24 of 140").await;
    house.twitch.edit(|twitch| {
        if let Some(SignIn::Linked { scopes, missing, .. }) = twitch.sign_in.get_mut(&Identity::Broadcaster) {
            missing.extend(scopes.extract_if(.., |scope| scope == "clips:edit" || scope == "user:write:chat"));
        }
        twitch.helix_trouble = Some(("Twitch answers HTTP 503".to_owned(), UnixMs(1)));
    });
    person.reads("#clip .lack", "Sign in again to give it.").await;
    person.browser.until("document.querySelector('#clip button').disabled").await;
    person.browser.until("!document.querySelector('#marker button').disabled").await;
    person.reads("#hint", "HTTP 503. What stands here may be old.").await;
    person.browser.run("document.querySelector('#title').value = '👩'.repeat(140)").await;
    person.fill("#title", "x").await;
    person.reads("#title-count.bad", "141 of 140").await;
    looks(&person, "/stream without a right").await;
    person.open("/chat").await;
    person.reads("#blocked", "Sign in again to give it.").await;
    person
        .browser
        .until("[...document.querySelectorAll('#voice option')].map((one) => one.value).join() === 'bot'")
        .await;
    looks(&person, "/chat without a right").await;
}

/// A daemon whose owner is signed in to a Twitch of its own, live there, and looks at a page.
async fn at_twitch(twitch: &FakeTwitch, page: &str) -> (App, Person) {
    let rights = scopes(&[], Identity::Broadcaster);
    let (access, refresh) = twitch.world().grant(CLIENT_ID, BROADCASTER, &rights);
    twitch.world().go_live(BROADCASTER, 12);
    let addresses = twitch.settings();
    let mut settings: Vec<(&str, &str)> = addresses.iter().map(|(key, value)| (*key, value.as_str())).collect();
    settings.extend([("TWITCH_OAUTH_TOKEN", access.as_str()), ("TWITCH_REFRESH_TOKEN", refresh.as_str())]);
    settings.push(("LOGIN_PASSWORD", PASSWORD));
    let app = App::start(&settings).await;
    let person = Person::at(app.url("")).await;
    person.open("/login").await;
    person.password(PASSWORD).await;
    person.browser.until("document.querySelector('#strip-word')").await;
    person.open(page).await;
    (app, person)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_category_is_found_by_keys_and_all_is_saved_at_twitch() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let (app, person) = at_twitch(&twitch, "/stream").await;
    person.browser.until("document.querySelector('#title').value === 'Walking through the rain'").await;
    person.browser.until("document.querySelectorAll('#labels input').length > 2").await;
    person.browser.run("document.querySelector('#category').value = ''").await;
    person.fill("#category", "chat").await;
    person.reads("#category-list [aria-selected=true]", "Just Chatting").await;
    // News from Twitch leaves alone who searches.
    twitch.world().streams.get_mut(BROADCASTER).expect("live").viewers = 34;
    app.ctx.twitch.refresh().now();
    person.reads("#twitch-facts", "34 watching").await;
    assert_eq!(person.browser.run("return document.querySelector('#category').value").await, "chat");
    person.fill("#category", "\u{E007}").await;
    person.browser.until("document.querySelector('#category').value === 'Just Chatting'").await;
    person.fill("#title", " again").await;
    person.fill("#tag", "Oslo\u{E007}").await;
    person.press_until_done("#save").await;
    let channel = twitch.world().channels[BROADCASTER].clone();
    assert_eq!(
        (channel.title.as_str(), channel.category.as_str(), channel.tags),
        ("Walking through the rain again", "509658", vec!["Oslo".to_owned()])
    );
    person.press_until_done("#marker button").await;
    assert_eq!(twitch.world().count("POST", "/helix/streams/markers"), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_twitch_does_not_show_in_chat_says_why_and_stays_in_the_field() {
    let twitch = FakeTwitch::start(0).await.expect("a free port");
    let (app, person) = at_twitch(&twitch, "/chat").await;
    person.browser.until("!document.querySelector('#send').disabled").await;
    twitch.world().manners.chat_dropped = Some(("msg_slowmode", "slow"));
    person.fill("#message", "Hello from the page\u{E007}").await;
    person.reads("#say-note", "slow mode").await;
    assert_eq!(person.browser.run("return document.querySelector('#message').value").await, "Hello from the page");
    twitch.world().manners.chat_dropped = None;
    person.press("#send").await;
    person.reads("#feed .own", "Hello from the page").await;
    person.browser.until("document.querySelector('#message').value === ''").await;
    twitch.world().fail("/helix/chat/messages", Fault::Html(502), 1);
    person.fill("#message", "And again\u{E007}").await;
    person.reads("#say-note", "look before you try again").await;
    app.stop().await;
}
