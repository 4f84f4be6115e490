#!/usr/bin/env bash
# Installs what the tests need on a bare Debian 12 machine: nginx with RTMP,
# ffmpeg, Chromium, a C compiler, Node-Media-Server in three versions and OBS
# Studio 30 in a Debian 13 root in the cache folder. Safe to run again: with all in place it returns at once.
# Every part that fails ends the script with a message naming that part.
# shellcheck disable=SC2016  # $(...) and ${...} below are apt's and dpkg's own
set -euo pipefail

readonly packages=(
    ca-certificates gcc libc6-dev make pkg-config procps util-linux
    nginx libnginx-mod-rtmp ffmpeg
    chromium chromium-driver fonts-dejavu-core
    debootstrap debian-archive-keyring
)
# A machine that has npm from elsewhere keeps it.
readonly node_packages=(nodejs npm)
# One for each way of logging in: none of its own, challenge, password.
readonly nms_versions=(2.7.4 4.2.8 4.4.3)
readonly obs_packages=(obs-studio obs-plugins xvfb libgl1-mesa-dri dbus)
readonly obs_suite=trixie
# What a finished OBS root carries; a change here builds the root anew.
readonly stamp_name=.stream-control-ready
readonly stamp="recipe 1: $obs_suite ${obs_packages[*]}"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stream-control
obs_root=$cache/obs-$obs_suite
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: FAILED: %s\n' "$*" >&2; exit 1; }

# retry PART COMMAND...: three tries, for passing network faults.
retry() {
    local part=$1 try
    shift
    for try in 1 2 3; do
        "$@" && return
        say "$part: try $try of 3 failed"
        [[ $try -eq 3 ]] || sleep $((try * 3))
    done
    die "$part"
}

check_rust() {
    local wanted have
    wanted=$(sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$here/../Cargo.toml" | head -n 1)
    [[ -n $wanted ]] || die "no rust-version in Cargo.toml"
    command -v cargo >/dev/null || die "cargo not found: install Rust $wanted or newer from https://rustup.rs"
    have=$(cd "$here/.." && cargo --version | awk '{print $2}') || die "cargo does not run"
    [[ $(printf '%s\n' "$wanted" "${have%%-*}" | sort -V | head -n 1) == "$wanted" ]] ||
        die "cargo $have is too old: Rust $wanted or newer is needed (rustup update stable)"
}

missing_packages() {
    local wanted=("${packages[@]}")
    command -v npm >/dev/null || wanted+=("${node_packages[@]}")
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
            sed -n 's/^installed //p' | sort)
}

nms_folder() { printf '%s/nms-%s' "$cache" "$1"; }
nms_ready() {
    local version
    for version in "${nms_versions[@]}"; do
        [[ -f $(nms_folder "$version")/$stamp_name ]] || return
    done
}

# Each version in a folder of its own; nothing that comes with them is run.
install_nms() {
    local version folder
    for version in "${nms_versions[@]}"; do
        folder=$(nms_folder "$version")
        [[ -f $folder/$stamp_name ]] && continue
        say "installing Node-Media-Server $version"
        rm -rf "$folder" && mkdir -p "$folder"
        retry "Node-Media-Server $version" npm install --prefix "$folder" --ignore-scripts \
            --no-audit --no-fund --no-update-notifier --loglevel=error "node-media-server@$version"
        chmod -R a+rX "$folder"
        touch "$folder/$stamp_name"
    done
}

obs_root_ready() { [[ -f $obs_root/$stamp_name && $(<"$obs_root/$stamp_name") == "$stamp" ]]; }

all_ready() { [[ -z $(missing_packages) ]] && nms_ready && obs_root_ready; }

# Runs this script again as root, or says that it cannot.
become_root() {
    [[ $EUID -eq 0 ]] && return
    command -v sudo >/dev/null ||
        die "not root, and there is no sudo: run tests/setup.sh as root once"
    say "root is needed to install packages: using sudo"
    exec sudo env PATH="$PATH" HOME="$HOME" XDG_CACHE_HOME="${cache%/stream-control}" \
        "$here/setup.sh" --as-root
}

# Keeps freshly installed services from starting; undone by allow_services.
readonly policy=/usr/sbin/policy-rc.d policy_mark="# written by stream-control tests/setup.sh"
forbid_services() {
    [[ -e $policy ]] && return
    trap allow_services EXIT
    printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
    chmod 755 "$policy"
}
allow_services() { if grep -qsF "$policy_mark" "$policy"; then rm -f "$policy"; fi; }

# The system's own nginx is not wanted, now or after a restart of the machine.
stop_system_nginx() {
    if [[ -d /run/systemd/system ]]; then
        systemctl disable --now nginx.service
    else
        service nginx stop >/dev/null || true
        update-rc.d nginx disable
    fi
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages)
    [[ ${#missing[@]} -gt 0 ]] || return 0
    say "installing: ${missing[*]}"
    forbid_services
    dpkg --configure -a || die "finishing an interrupted package installation"
    retry "installing packages (${missing[*]})" \
        apt-get install --yes --quiet --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "${missing[@]}"
    if [[ " ${missing[*]} " == *" nginx "* ]]; then
        stop_system_nginx || die "stopping the system's nginx"
    fi
    allow_services
}

# The mirror this machine's apt uses for Debian itself.
debian_mirror() {
    local codename
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    apt-get indextargets --format '$(RELEASE) $(ORIGIN) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        awk -v release="$codename" '$1 == release && $2 == "Debian" && $3 == "main" && $4 ~ /^https?:/ {print $4; exit}'
}

# Hands the machine's proxy, resolver and certificates on to the new root.
share_network_settings() {
    local root=$1
    apt-config dump | grep -E '^Acquire::(https?|Check-|Retries)' >"$root/etc/apt/apt.conf.d/99host" || true
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    [[ -s /etc/ssl/certs/ca-certificates.crt ]] || return 0
    mkdir -p "$root/etc/ssl/certs"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/host.crt"
    grep -q '^Acquire::https::CAInfo' "$root/etc/apt/apt.conf.d/99host" ||
        echo 'Acquire::https::CAInfo "/etc/ssl/certs/host.crt";' >>"$root/etc/apt/apt.conf.d/99host"
}

# fill_root FOLDER MIRROR: runs in a mount namespace of its own, so no mount
# outlives it and removing the folder can never reach the machine's /dev.
fill_root() {
    local root=$1 mirror=$2
    debootstrap --variant=minbase "$obs_suite" "$root" "$mirror"
    mount --rbind /dev "$root/dev"
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    share_network_settings "$root"
    printf '#!/bin/sh\nexit 101\n' >"$root$policy"
    chmod 755 "$root$policy"
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/99fast"
    chroot "$root" apt-get update --quiet
    chroot "$root" apt-get install --yes --quiet --no-install-recommends "${obs_packages[@]}"
    chroot "$root" apt-get clean
    chroot "$root" dpkg-query -W -f 'setup: OBS Studio ${Version}\n' obs-studio
}

try_build_root() {
    local work=$1 mirror=$2
    rm -rf --one-file-system "$work"
    mkdir -p "$work"
    # The tests may run as another user: all of the path must be passable.
    chmod 755 "$work"
    unshare --mount --propagation private "$here/setup.sh" --fill-root "$work" "$mirror"
}

build_obs_root() {
    obs_root_ready && return
    local work=$obs_root.partial log=$cache/obs-root.log mirror
    mirror=$(debian_mirror)
    for mirror in "${mirror:-http://deb.debian.org/debian}"{,} http://deb.debian.org/debian; do
        say "building the OBS root from $mirror (about two minutes; log: $log)"
        try_build_root "$work" "$mirror" >"$log" 2>&1 && break
        tail -n 5 "$log" >&2
        rm -rf --one-file-system "$work"
        sleep 5
    done
    [[ -d $work ]] || die "OBS root ($obs_root); the log is $log"
    sync -f "$work"
    printf '%s\n' "$stamp" >"$work/$stamp_name"
    rm -rf --one-file-system "$obs_root"
    mv "$work" "$obs_root"
}

main() {
    check_rust
    all_ready && { say "all in place"; return; }
    become_root
    mkdir -p "$cache"
    # One set-up at a time; children of a killed one hold the lock to their end.
    exec 9>"$cache/setup.lock"
    flock --nonblock 9 || { say "waiting for another set-up to end"; flock 9; }
    all_ready && { say "all in place"; return; }
    retry "apt-get update" apt-get update --quiet
    install_packages
    install_nms
    build_obs_root
    say "done"
}

case ${1:-} in
    --fill-root) fill_root "$2" "$3" ;;
    *) main ;;
esac
