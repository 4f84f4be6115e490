//! Looking back: lines in pages, the timeline in steps, and all of it as a stream for exports.

pub mod timeline;

use crate::config::Config;
use crate::config::feeds::MOST_FEEDS;
use crate::domain::failover::{Class, suggest};
use crate::domain::history::Program;
use crate::domain::journal::{Entry, Tail, Tone, Topic};
use crate::kit::clock;
use crate::kit::units::{Kbps, UnixMs};
use crate::runtime::shared::Reader;
use crate::store::journal::{Line, Wanted};
use crate::store::samples::{Mark, SampleRow};
use crate::store::{Result, Store};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use serde::Serialize;
use timeline::{Timeline, Window};

/// Rows that an export reads at a time.
const PAGE: u32 = 1000;
/// A week in milliseconds.
const WEEK: i64 = 7 * 24 * 3600 * 1000;
/// Marks of one timeline; of more the newest are told.
const MARKS: u32 = 400;

/// Reads history; clones share it.
#[derive(Clone)]
pub struct History {
    store: Store,
    tail: Reader<Tail>,
    config: Reader<Config>,
}

/// A line as pages and exports show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PastLine {
    /// Rises with every line; `None` for one that is not written yet.
    pub id: Option<i64>,
    /// When.
    pub at: UnixMs,
    /// What about.
    pub topic: Topic,
    /// How loud.
    pub tone: Tone,
    /// In plain words.
    pub text: String,
    /// Who or what caused it.
    pub origin: String,
    /// The numbers behind it; `null` where there are none.
    pub data: serde_json::Value,
}

impl History {
    /// A handle on what the journal room writes.
    pub fn new(store: Store, tail: Reader<Tail>, config: Reader<Config>) -> Self {
        Self { store, tail, config }
    }

    /// The rates of the newest good seconds of the feed that was good last, newest first; from the last
    /// week. Errors: the store cannot be read.
    pub async fn good_rates(&self) -> Result<Vec<Kbps>> {
        let since = UnixMs(clock::unix().0.saturating_sub(WEEK));
        let most = u32::try_from(suggest::MOST_SECONDS * MOST_FEEDS).unwrap_or(u32::MAX);
        let rows = self.store.newest_samples(Class::Good.name(), since, most).await?;
        let newest = rows.first().map(|row| row.feed.clone());
        let mine = rows.into_iter().filter(|row| Some(&row.feed) == newest.as_ref());
        Ok(mine.filter_map(|row| row.kbps).take(suggest::MOST_SECONDS).collect())
    }

    /// The newest wanted lines before the line `before`, newest first; the first page begins with
    /// those that are not written yet. Errors: the store cannot be read.
    pub async fn lines(&self, before: Option<i64>, wanted: &Wanted, most: u32) -> Result<Vec<PastLine>> {
        let waiting = if before.is_none() { self.waiting(wanted) } else { Vec::new() };
        let written: Vec<PastLine> =
            self.store.lines_before(before, wanted, most).await?.into_iter().map(PastLine::written).collect();
        // One that was written between the two looks is told once.
        let fresh =
            waiting.into_iter().filter(|new| !written.iter().any(|old| (old.at, &old.text) == (new.at, &new.text)));
        let mut lines: Vec<PastLine> = fresh.collect();
        lines.extend(written);
        Ok(lines)
    }

    fn waiting(&self, wanted: &Wanted) -> Vec<PastLine> {
        self.tail.with(|tail| {
            let newest = tail.lines.iter().rev().take(tail.waiting);
            newest.filter(|entry| wanted.takes(entry)).map(|entry| PastLine::of(None, entry.clone())).collect()
        })
    }

    /// What the feeds did, what OBS showed and what happened. Errors: the store cannot be read.
    pub async fn timeline(&self, window: Window) -> Result<Timeline> {
        let (from, to) = (window.from(), window.to);
        let (buckets, programs, marks) = tokio::try_join!(
            self.store.buckets(from, to, window.step()),
            self.store.programs(from, to),
            self.store.marks(from, to, MARKS),
        )?;
        let names = self.config.with(|config| timeline::names(config));
        let marks = marks.into_iter().map(PastLine::written).collect();
        let limits = self.config.with(|config| (config.rules.low, config.rules.high));
        Ok(Timeline {
            from,
            to,
            step: window.step(),
            feeds: timeline::curves(&window, &names, &buckets),
            scenes: timeline::bands(&programs, from, to, clock::unix()),
            marks,
            low: limits.0,
            high: limits.1,
        })
    }

    /// Every wanted line, oldest first, a page at a time.
    pub fn all_lines(&self, wanted: Wanted) -> impl Stream<Item = Result<Vec<PastLine>>> + use<> {
        let store = self.store.clone();
        try_unfold(Some(0), move |after| {
            let (store, wanted) = (store.clone(), wanted.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let page = store.lines_after(after, &wanted, PAGE).await?;
                let next = page.last().map(|line| line.id).filter(|_| page.len() == PAGE as usize);
                Ok(Some((page.into_iter().map(PastLine::written).collect(), next)))
            }
        })
    }

    /// Every sample of a span, oldest first, a page at a time.
    pub fn all_samples(&self, from: UnixMs, to: UnixMs) -> impl Stream<Item = Result<Vec<SampleRow>>> + use<> {
        let store = self.store.clone();
        try_unfold(Some(Mark::before(from)), move |mark| {
            let store = store.clone();
            async move {
                let Some(mark) = mark else { return Ok(None) };
                Ok(Some(store.samples_from(mark, to, PAGE).await?))
            }
        })
    }

    /// What OBS showed within a span, oldest first. Errors: the store cannot be read.
    pub async fn programs(&self, from: UnixMs, to: UnixMs) -> Result<Vec<Program>> {
        self.store.programs(from, to).await
    }
}

impl PastLine {
    fn written(line: Line) -> Self {
        Self::of(Some(line.id), line.entry)
    }

    fn of(id: Option<i64>, entry: Entry) -> Self {
        let Entry { at, topic, tone, text, origin, data } = entry;
        Self { id, at, topic, tone, text, origin, data }
    }
}
