#!/bin/sh
# Makes every secret that docker-compose.yml mounts, once: files that exist are left alone.
# usage: deploy/make-secrets.sh        needs openssl
set -eu
folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/secrets
umask 077
mkdir -p "$folder"
# The folder keeps others on this machine out; the files themselves are mounted one by one into containers
# whose user is not the one who made them, so they must be readable there.
chmod 700 "$folder"

# Writes standard input to a secret unless it exists.
keep() {
  if [ -e "$folder/$1" ]; then cat >/dev/null; return; fi
  cat >"$folder/$1.new"
  chmod 444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
}

# 32 random bytes. The letter in front keeps nats.conf from reading a password as a number.
password() { printf 'p%s' "$(openssl rand -hex 32)"; }

password | keep postgres-admin
for role in portal sessions activity alerts keys pdp; do
  password | keep "postgres-$role"
  printf 'postgres://%s:%s@postgres:5432/gatehouse' "$role" "$(cat "$folder/postgres-$role")" | keep "database-url-$role"
done

for user in proxy-edge sign-in policy-decision dlp-scanner labeler key-access activity-log alert-notifier admin-portal provision; do
  password | keep "nats-$user"
done

# Policy snapshot: policy-decision signs, edges and sign-in verify.
openssl genpkey -algorithm ED25519 2>/dev/null | keep snapshot-key.pem
openssl pkey -in "$folder/snapshot-key.pem" -pubout | keep snapshot-key.pub
# Tokens of the sign-in broker.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null | keep broker-key.pem
# SAML messages; many apps and providers read RSA only.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 2>/dev/null | keep saml-key.pem
# Wraps the keys of protected files.
printf 'whsec_%s' "$(openssl rand -base64 32 | tr -d '\n')" | keep webhook-secret

# Checkpoints of the activity chain.
openssl genpkey -algorithm ED25519 2>/dev/null | keep checkpoint-key.pem
# Signs the links in alert e-mails.
password | keep alert-link

# Client secrets of identity providers: one file each, named as the portal says.
mkdir -p "$folder/idp"
chmod 755 "$folder/idp"

# Channels with an account elsewhere: put the real values into these files to switch them on.
for empty in smtp-url twilio-account-sid twilio-auth-token; do
  printf '' | keep "$empty"
done

# A certificate to start with; replace both files with one that browsers trust (a wildcard for the suffix).
if [ ! -e "$folder/tls-key.pem" ]; then
  suffix=${SUFFIX:-gatehouse.localhost}
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=$suffix" \
    -addext "subjectAltName=DNS:$suffix,DNS:*.$suffix" -keyout "$folder/tls-key.new" -out "$folder/tls-cert.new" 2>/dev/null
  keep tls-cert.pem <"$folder/tls-cert.new"
  keep tls-key.pem <"$folder/tls-key.new"
  rm -f "$folder/tls-key.new" "$folder/tls-cert.new"
fi
echo "secrets are in $folder"
