//! Journal lines about the connection to the ingest: one per change, never one per poll.

use crate::adapters::ingest::Answer;
use crate::config::Feed as Settings;
use crate::domain::ids::FeedId;
use crate::domain::journal::{Tone, Topic};
use crate::domain::server::Server;
use crate::domain::signal::{Publisher, Reach};
use crate::kit::units::{Millis, Mono};
use crate::kit::{redact, text};
use crate::runtime::journal::Journal;

/// A restart is told once in this time: two nginx workers that answer in turn look like one each
/// second.
const RESTART_TOLD: Millis = Millis(60_000);

/// The kernel received something so short a while ago: a feed runs.
const ARRIVES: Millis = Millis(2_000);

/// Remembers what was told last.
pub(super) struct LinkNotes {
    journal: Journal,
    reach: Option<Reach>,
    who: Option<Vec<String>>,
    /// The server's process that named the publisher.
    named_by: Option<String>,
    restart_told: Option<Mono>,
    workers_told: bool,
    id: FeedId,
    name: String,
    wish: Option<String>,
    expected: Option<Server>,
    several: bool,
}

impl LinkNotes {
    pub(super) fn new(journal: Journal, settings: &Settings) -> Self {
        Self {
            journal,
            reach: None,
            who: None,
            named_by: None,
            restart_told: None,
            workers_told: false,
            id: settings.id.clone(),
            name: settings.name.clone(),
            wish: settings.publisher.clone(),
            expected: settings.kind,
            several: false,
        }
    }

    /// Writes down what is new in this answer; by the feed's name where there are several.
    pub(super) fn look(&mut self, answer: &Answer, several: bool) {
        self.several = several;
        self.workers(answer);
        if answer.sample.reach == Reach::Restarted {
            return self.restarted(answer.sample.at);
        }
        self.reach(answer);
        self.publishers(answer);
    }

    fn workers(&mut self, answer: &Answer) {
        if answer.several_workers && !self.workers_told {
            self.workers_told = true;
            self.note(
                Tone::Warn,
                "nginx runs several workers, and each knows only its own streams: the statistics come and go. \
                 Set worker_processes 1 in nginx.conf."
                    .to_owned(),
            );
        }
    }

    fn restarted(&mut self, at: Mono) {
        if self.restart_told.is_none_or(|told| at.since(told) >= RESTART_TOLD) {
            self.restart_told = Some(at);
            self.note(Tone::Warn, text::sentence(&self.reason(&Reach::Restarted)));
        }
    }

    fn reach(&mut self, answer: &Answer) {
        let reach = &answer.sample.reach;
        if self.reach.as_ref() == Some(reach) {
            return;
        }
        self.reach = Some(reach.clone());
        let by = answer.server.map(|server| who_answers(server, self.expected, &self.id)).unwrap_or_default();
        match reach {
            Reach::Ok => self.note(Tone::Good, text::sentence(&format!("{}{by}", self.reason(reach)))),
            Reach::NotSetUp => self.note(Tone::Info, text::sentence(&self.reason(reach))),
            _ => self.note(Tone::Warn, text::sentence(&self.reason(reach))),
        }
    }

    /// Who is connected; an ambiguity was told already as the reach.
    fn publishers(&mut self, answer: &Answer) {
        let Some(names) = &answer.names else { return };
        if answer.sample.reach != Reach::Ok {
            return;
        }
        let who = match (answer.sample.publisher, &answer.sample.feed) {
            (Publisher::Present, feed) => vec![feed.clone().unwrap_or_default()],
            _ => names.clone(),
        };
        let present = answer.sample.publisher == Publisher::Present;
        if present {
            self.named_by.clone_from(&answer.sample.server_epoch);
        }
        if self.who.as_ref() == Some(&who) {
            return;
        }
        let text = match self.wish.as_deref() {
            _ if present && who == [""] => "Connected to the ingest.".to_owned(),
            _ if present => format!("Connected to the ingest: {}.", redact::publishers(&who)),
            Some(wish) if !who.is_empty() => {
                let setting = if self.id.as_str() == FeedId::MAIN { "STATS_FEED" } else { "its publisher" };
                let (wish, others) = (redact::publisher(wish), redact::publishers(&who));
                format!("'{wish}' ({setting}) is not connected to the ingest; connected: {others}.")
            }
            _ if arrives(answer) => "The ingest statistics name nobody, but something arrives: a feed from before a \
                                     reload of the server runs on."
                .to_owned(),
            _ if self.is_reloaded(answer) => {
                "The ingest server was restarted or reloaded and names nobody any more. After \
                                              a reload a feed from before may run on."
                    .to_owned()
            }
            _ => "Nobody is connected to the ingest.".to_owned(),
        };
        self.who = Some(who);
        self.note(if present { Tone::Good } else { Tone::Warn }, text);
    }

    /// Another process answers than the one that named the publisher.
    fn is_reloaded(&self, answer: &Answer) -> bool {
        self.named_by.is_some() && self.named_by != answer.sample.server_epoch
    }

    fn reason(&self, reach: &Reach) -> String {
        reach.reason_at(&self.id)
    }

    fn note(&self, tone: Tone, text: String) {
        let text = if self.several { format!("{}: {text}", self.name) } else { text };
        self.journal.note(Topic::Link, tone, "ingest", text);
    }
}

/// Names the server, and a kind in the settings that says otherwise: it is read all the same. Whoever
/// pushes may speak any kind.
fn who_answers(server: Server, expected: Option<Server>, feed: &FeedId) -> String {
    let setting = if feed.as_str() == FeedId::MAIN { "STATS_TYPE" } else { "its type" };
    let otherwise = |expected: &Server| *expected != Server::Push && expected.family() != server.family();
    match expected.filter(otherwise) {
        Some(expected) => format!(": {server} answers although {setting} is {}", expected.word()),
        None => format!(": {server} answers"),
    }
}

/// The kernel sees a publisher where the statistics name none at all: nginx after a reload, whose old
/// worker carries the stream and is never asked again.
fn arrives(answer: &Answer) -> bool {
    answer.sample.witness.is_some_and(|seen| seen.last_received < ARRIVES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signal::{Sample, Witness};
    use crate::kit::units::Bytes;
    use crate::runtime::journal;

    fn answer(sample: Sample, names: &[&str]) -> Answer {
        let names = (sample.reach == Reach::Ok).then(|| names.iter().map(|name| (*name).to_owned()).collect());
        Answer { server: Some(Server::Nginx), names, sample, ..Answer::unreadable(Mono(0), Reach::Ok) }
    }

    fn present(name: &str) -> Answer {
        let feed = Some(name.to_owned());
        answer(Sample { publisher: Publisher::Present, feed, ..Sample::absent(Mono(0)) }, &[name])
    }

    fn unreadable(at: u64, reach: Reach) -> Answer {
        answer(Sample::unreadable(Mono(at), reach), &[])
    }

    /// The lines that these answers make.
    fn told(feed: Option<&str>, answers: &[Answer]) -> Vec<String> {
        let feed = feed.map(str::to_owned);
        told_with(&Settings { publisher: feed, ..Settings::unset(FeedId::main()) }, answers)
    }

    fn told_with(settings: &Settings, answers: &[Answer]) -> Vec<String> {
        let (journal, mut lane) = journal::lane();
        let mut notes = LinkNotes::new(journal, settings);
        answers.iter().for_each(|answer| notes.look(answer, false));
        std::iter::from_fn(|| lane.try_recv().ok()).map(|entry| entry.text).collect()
    }

    #[test]
    fn each_change_is_one_line() {
        let nobody = || answer(Sample::absent(Mono(0)), &[]);
        let down = || unreadable(0, Reach::Timeout);
        let answers =
            [nobody(), nobody(), present("live/a"), present("live/a"), down(), down(), present("live/a"), nobody()];
        assert_eq!(
            told(None, &answers),
            [
                "The ingest statistics can be read: nginx-rtmp answers.",
                "Nobody is connected to the ingest.",
                "Connected to the ingest: live/••••.",
                "The ingest statistics do not answer in time.",
                "The ingest statistics can be read: nginx-rtmp answers.",
                "Nobody is connected to the ingest.",
            ]
        );
    }

    #[test]
    fn a_feed_that_the_statistics_no_longer_name_is_not_called_gone() {
        let silent = |ms| Some(Witness { last_received: Millis(ms), bytes: Bytes(1) });
        let nobody = |ms| answer(Sample { witness: silent(ms), ..Sample::absent(Mono(0)) }, &[]);
        for (ms, wanted) in [(40, "a feed from before a reload of the server runs on."), (9000, "Nobody is connected")]
        {
            let lines = told(None, &[present("live/a"), nobody(ms)]);
            assert!(lines[2].contains(wanted), "{ms}: {lines:?}");
        }
    }

    #[test]
    fn a_wish_that_is_not_connected_is_told_with_who_is() {
        let lines = told(Some("feed1"), &[answer(Sample::absent(Mono(0)), &["live/a", "live/b"])]);
        assert_eq!(lines[1], "'fe…d1' (STATS_FEED) is not connected to the ingest; connected: live/••••, live/••••.");
    }

    #[test]
    fn a_stats_type_that_says_otherwise_is_told() {
        let settings = Settings { kind: Some(Server::Sls), ..Settings::unset(FeedId::main()) };
        let lines = told_with(&settings, &[present("live/a")]);
        assert_eq!(lines[0], "The ingest statistics can be read: nginx-rtmp answers although STATS_TYPE is sls.");
    }

    #[test]
    fn who_pushes_may_speak_any_kind() {
        assert_eq!(who_answers(Server::Sls, Some(Server::Push), &"cam".into()), ": SRT Live Server answers");
    }

    #[test]
    fn workers_that_answer_in_turn_do_not_flood_the_journal() {
        let mut answers = Vec::new();
        for second in 0..60 {
            answers.extend([present("live/a"), unreadable(1000 * second, Reach::Restarted)]);
        }
        let several = |answer: Answer| Answer { several_workers: true, ..answer };
        let answers: Vec<Answer> = answers.into_iter().map(several).collect();
        let lines = told(None, &answers);
        assert_eq!(lines.len(), 4, "several workers, can be read, connected, restarted: {lines:?}");
        assert!(lines[0].ends_with("Set worker_processes 1 in nginx.conf."));
        assert_eq!(told(None, &[unreadable(0, Reach::Restarted), unreadable(60_000, Reach::Restarted)]).len(), 2);
    }
}
