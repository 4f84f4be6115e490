//! What each server says of a publisher, as a line of a recording without its time.

use super::made::{LATENCY, Publisher};
use serde_json::json;

/// nginx-rtmp with one worker.
pub fn nginx(one: &Publisher) -> String {
    nginx_worker(100, one.here.then_some(one))
}

/// A worker of nginx-rtmp that carries this publisher, or nobody.
pub fn nginx_worker(pid: u32, one: Option<&Publisher>) -> String {
    let stream = one.map_or(String::new(), |one| {
        format!(
            "<stream><name>feed1</name><time>{age}</time><bw_in>{told}</bw_in><bytes_in>{bytes}</bytes_in><client><id>{session}</id>\
             <time>{age}</time><timestamp>{media}</timestamp><publishing/><active/></client><publishing/><active/></stream>",
            age = one.age, told = (one.told * 1000.0) as u64, bytes = one.bytes as u64, session = one.session, media = one.media,
        )
    });
    let page = format!(
        "<rtmp><pid>{pid}</pid><server><application><name>publish</name><live>{stream}</live></application></server></rtmp>"
    );
    json!({ "type": "nginx", "body": page }).to_string()
}

/// SRT Live Server: the bitrate stays as it was in a stall.
pub fn sls(one: &Publisher) -> String {
    sls_named("publish/live/feed1", one)
}

/// The same with a publisher of this name.
pub fn sls_named(name: &str, one: &Publisher) -> String {
    let numbers = json!({
        "bitrate": one.told as u64, "uptime": one.age / 1000, "msRcvBuf": one.buffer, "latency": LATENCY, "rtt": 42.5,
        "mbpsRecvRate": one.told / 1000.0, "pktRcvDrop": 0, "pktRcvLoss": 0,
    });
    let publishers = if one.here { json!({ name: numbers }) } else { json!({}) };
    json!({ "type": "sls", "body": { "publishers": publishers, "status": "ok" } }).to_string()
}

/// SRS: the counters move every 3 s, the bitrate is that of the last half minute.
pub fn srs(one: &Publisher) -> String {
    let step = one.kbps / 8.0 * (one.at % 3000) as f64;
    let stream = json!({
        "id": "vid-1", "name": "feed1", "app": "live", "recv_bytes": (one.bytes - step) as u64, "frames": 0,
        "kbps": { "recv_30s": 0, "send_30s": 0 }, "publish": { "active": true, "cid": one.session.to_string() },
    });
    let streams = if one.here { vec![stream] } else { Vec::new() };
    json!({ "type": "srs", "body": { "code": 0, "server": "vid-2", "service": "s", "pid": "9", "streams": streams } })
        .to_string()
}

/// Node-Media-Server 2, which calls a frozen publisher live for ever.
pub fn nms2(one: &Publisher) -> String {
    let publisher = json!({
        "app": "live", "stream": "feed1", "clientId": format!("C{}", one.session), "connectCreated": "2026-11-20T13:01:30.282Z",
        "bytes": one.bytes as u64, "ip": "127.0.0.1", "protocol": "rtmp", "audio": null, "video": null,
    });
    let publisher = if one.here { publisher } else { json!(null) };
    json!({ "type": "nms2", "body": { "live": { "feed1": { "publisher": publisher, "subscribers": [] } } } })
        .to_string()
}

/// MediaMTX before 1.16: no `online`, no `inboundBytes`, and 404 without a publisher.
pub fn mediamtx_old(one: &Publisher) -> String {
    if !one.here {
        return json!({ "type": "mediamtx", "status": 404, "body": { "error": "path not found" } }).to_string();
    }
    let source = json!({ "type": "rtmpConn", "id": one.session.to_string() });
    let path = json!({
        "name": "live/feed1", "confName": "all_others", "source": source, "ready": true, "tracks": ["H264"],
        "bytesReceived": one.bytes as u64, "readers": [],
    });
    json!({ "type": "mediamtx", "body": path }).to_string()
}

/// MediaMTX from 1.17 on, with a path that is declared by name: a null source without a publisher.
pub fn mediamtx_new(one: &Publisher) -> String {
    let source = json!({ "type": "rtmpConn", "id": one.session.to_string() });
    let path = json!({
        "name": "live/feed1", "confName": "live/feed1", "source": if one.here { source } else { json!(null) },
        "ready": true, "available": true, "online": one.here, "tracks": [], "readers": [],
        "inboundBytes": one.bytes as u64, "bytesReceived": one.bytes as u64,
    });
    json!({ "type": "mediamtx", "body": path }).to_string()
}

/// OpenIRL in one of the forms that its versions and neighbours have.
pub fn openirl(one: &Publisher) -> String {
    let (kbps, secs) = (one.told as u64, one.age / 1000);
    let body = match one.at / 10_000 % 4 {
        _ if !one.here => json!({ "message": "Publisher is currently not streaming", "status": "ok" }),
        0 => {
            json!({ "publisher": { "bitrate": kbps, "buffer": one.buffer, "dropped_pkts": 0, "latency": LATENCY, "rtt": 48.2, "uptime": secs }, "status": "ok" })
        }
        1 => {
            json!({ "publisher": { "bitrate": kbps.to_string(), "buffer": one.buffer.to_string(), "latency": LATENCY, "uptime": secs, "fixed_by": "us" }, "status": "ok" })
        }
        2 => {
            json!({ "publisher": { "bitrate": kbps, "buffer": one.buffer, "latency": LATENCY, "uptime": secs, "quality": 98,
            "peers": [{ "bitrate": kbps, "rtt": 40, "connection_id": "a" }, { "bitrate": 0, "rtt": 900, "connection_id": "b" }] } })
        }
        _ => {
            json!({ "publisher": { "bitrate": kbps, "buffer": one.buffer, "latency": LATENCY, "uptime": secs, "rtt": "NaN", "dropped_pkts": -1 } })
        }
    };
    json!({ "type": "openirl", "body": body }).to_string()
}
