//! What happens in the demo's chat, line by line; played over and over.

/// Something that happens.
pub(super) enum Cue {
    /// Who says what, with which badges.
    Says(&'static str, &'static str, &'static [&'static str]),
    /// An emote: who, the words before it, its id and name.
    Emote(&'static str, &'static str, &'static str, &'static str),
    /// Who says what a moderator deletes at once.
    Deleted(&'static str, &'static str),
    Follows(&'static str),
    Subscribes(&'static str),
    /// Who, for how many months now, and what is said with it.
    Again(&'static str, u64, &'static str),
    /// Who gives how many subscriptions.
    Gives(&'static str, u64),
    Cheers(&'static str, u64, &'static str),
    Redeems(&'static str, &'static str),
    /// A raid comes in from the friend's channel with so many viewers.
    Raid(u64),
    /// A hype train's step and its level.
    Train(&'static str, u64),
    /// Viewers more or fewer.
    Viewers(u64),
}

/// All of it.
pub(super) const CUES: &[Cue] = {
    use Cue::{Again, Cheers, Deleted, Emote, Follows, Gives, Raid, Redeems, Says, Subscribes, Train, Viewers};
    const MOD: &[&str] = &["moderator"];
    const SUB: &[&str] = &["subscriber"];
    const VIP: &[&str] = &["vip"];
    &[
        Says("Viewer_One", "Good morning from Oslo!", &[]),
        Says("RainyRita", "The sound is great today", SUB),
        Emote("TomOnTour", "That view ", "25", "Kappa"),
        Follows("Lena_Walks"),
        Says("ModMarten", "Welcome @Lena_Walks!", MOD),
        Says("Viewer_One", "!bitrate", &[]),
        Viewers(47),
        Says("Pixel_Pete", "Is that the old lighthouse?", VIP),
        Cheers("TomOnTour", 100, "Cheer100 for the train ticket"),
        Says("RainyRita", "It is, she was there last week too", SUB),
        Deleted("promo_bot_77", "Cheap viewers at my page, come and look"),
        Redeems("Pixel_Pete", "Say hello to the next dog"),
        Says("ModMarten", "No advertising here, please", MOD),
        Says("Lena_Walks", "First time here, this is lovely", &[]),
        Subscribes("Lena_Walks"),
        Viewers(53),
        Says("TomOnTour", "@Mobile_Mia how far is it to the harbour?", &[]),
        Again("RainyRita", 14, "Fourteen months of rain, and counting"),
        Raid(31),
        Viewers(84),
        Says("Fjord_Finn", "Hello everyone, TrailRunner sent us", &[]),
        Train("begin", 1),
        Gives("TomOnTour", 5),
        Says("Viewer_One", "What camera is that?", &[]),
        Says("ModMarten", "A phone in a waterproof bag, no joke", MOD),
        Train("end", 2),
        Viewers(71),
        Says("Fjord_Finn", "The picture holds up well in the tunnel", &[]),
        Says("Pixel_Pete", "Hold on to your hat", VIP),
        Viewers(58),
    ]
};
