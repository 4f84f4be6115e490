//! OBS over obs-websocket.
