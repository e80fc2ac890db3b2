#!/bin/bash
# A minimal Debian in a folder, for identity providers that must not touch the host. Made once, then kept.
# usage: debian-root.sh FOLDER        needs root and debootstrap, or apt-get to fetch debootstrap into a scratch folder
set -euo pipefail
root=$(realpath -m "${1:?usage: debian-root.sh FOLDER}")
suite=${DEBIAN_SUITE:-bookworm}
[ -e "$root/.made" ] && exit 0
[ "$(id -u)" = 0 ] || { echo "debian-root.sh: needs root (chroot)" >&2; exit 1; }
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' | grep -v security | sort -u | head -1)}
[ -n "$mirror" ] || { echo "debian-root.sh: no mirror known, set DEBIAN_MIRROR" >&2; exit 1; }
if ! command -v debootstrap >/dev/null; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  mkdir -p "$scratch/lists/partial" "$scratch/cache/archives/partial"
  apt=(apt-get -qq -o "Dir::State::lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User= -o Debug::NoLocking=1)
  "${apt[@]}" update >&2
  (cd "$scratch" && "${apt[@]}" download debootstrap >&2 && dpkg-deb -x debootstrap_*.deb unpacked)
  export DEBOOTSTRAP_DIR=$scratch/unpacked/usr/share/debootstrap PATH=$scratch/unpacked/usr/sbin:$PATH
fi
mkdir -p "$root"
debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" >&2
echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"
# Packages must not start their daemons here.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" apt-get -qq update
touch "$root/.made"
