#!/bin/sh
# Gives nats.conf its passwords: /run/secrets/nats-<user> becomes $NATS_PASSWORD_<USER>.
set -eu
for file in /run/secrets/nats-*; do
  user=${file#/run/secrets/nats-}
  name=NATS_PASSWORD_$(printf '%s' "$user" | tr 'a-z-' 'A-Z_')
  export "$name=$(cat "$file")"
done
exec nats-server -c /etc/nats/nats.conf -m 8222
