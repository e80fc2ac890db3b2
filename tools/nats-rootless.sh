#!/bin/sh
# Debian and Ubuntu, no root: downloads the distribution's own nats-server package and unpacks it into a folder.
# apt checks the package's signature chain. usage: tools/nats-rootless.sh <folder>
set -eu
target=${1:?usage: nats-rootless.sh <folder>}
for tool in apt-get apt-cache dpkg-deb; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: this is no Debian or Ubuntu" >&2; exit 2; }
done
mkdir -p "$target"
target=$(CDPATH='' cd -- "$target" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A fresh machine has no package lists, and the system's folder for them belongs to root: own ones then.
set --
if ! apt-cache show nats-server >/dev/null 2>&1; then
  mkdir -p "$work/lists/partial" "$work/archives/partial"
  set -- -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work" -o "Dir::Cache::archives=$work/archives" \
    -o "APT::Sandbox::User=" -o "Debug::NoLocking=1"
  apt-get "$@" -qq update >&2
fi
cd "$work"
apt-get "$@" -o APT::Sandbox::User= -qq download nats-server >&2
dpkg-deb -x nats-server_*.deb "$target"
"$target/usr/sbin/nats-server" --version
