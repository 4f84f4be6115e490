//! Flows over real sockets.

mod browser;
mod browser_settings;
mod browser_twitch;
mod chat_commands;
mod compat;
mod conversations;
mod feeds;
mod ingest;
mod nms;
mod noalbs;
mod obs;
mod probe;
mod process;
mod pushes;
mod raid;
mod real;
mod real_witness;
mod repair;
mod replay;
mod servers;
mod story;
mod twitch_actions;
mod twitch_events;
mod twitch_page;
mod twitch_process;
mod twitch_sign_in;
