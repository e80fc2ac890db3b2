#!/bin/bash
# A minimal Debian in a folder, for what must not touch the host. Made once, then kept.
# usage: debian-root.sh FOLDER [PACKAGE...]      needs root, wget, and debootstrap or apt-get to fetch it with
# env:   DEBIAN_MIRROR (default: the host's own), DEBIAN_SUITE (bookworm)
set -euo pipefail
root=$(realpath -m "${1:?usage: debian-root.sh FOLDER [PACKAGE...]}"); shift
suite=${DEBIAN_SUITE:-bookworm}
if [ -e "$root/.made" ]; then exit 0; fi
[ "$(id -u)" = 0 ] || { echo 'debian-root.sh: needs root (chroot)' >&2; exit 1; }
command -v wget >/dev/null || { echo 'debian-root.sh: debootstrap downloads with wget: apt-get install wget' >&2; exit 1; }
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | sort -u | head -1 || true)}
[ -n "$mirror" ] || { echo 'debian-root.sh: no mirror known, set DEBIAN_MIRROR' >&2; exit 1; }
if ! command -v debootstrap >/dev/null; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial"
  apt=(apt-get -qq -o "Dir::State::lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User= -o Debug::NoLocking=1)
  "${apt[@]}" update >&2
  (cd "$scratch" && "${apt[@]}" download debootstrap >&2 && dpkg-deb -x debootstrap_*.deb unpacked)
  export DEBOOTSTRAP_DIR=$scratch/unpacked/usr/share/debootstrap PATH=$scratch/unpacked/usr/sbin:$PATH
fi
# An interrupted run leaves debootstrap's own folder behind: such a root is begun anew.
if [ -e "$root/debootstrap" ]; then rm -rf "$root"; fi
mkdir -p "$root"
echo "debian-root.sh: Debian $suite from $mirror into $root, about a minute" >&2
debootstrap --variant=minbase --include="$(IFS=,; echo "ca-certificates${*:+,$*}")" "$suite" "$root" "$mirror" >&2
echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"
# Packages must not start their daemons here.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" apt-get -qq update
touch "$root/.made"
