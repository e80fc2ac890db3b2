#!/bin/bash
# Runs once, on an empty database: one role and one schema per owner, nothing for anyone else.
set -euo pipefail

sql() { psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"; }

sql <<SQL
REVOKE ALL ON DATABASE "$POSTGRES_DB" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL

role() {
  export ROLE="$1"
  # psql reads the password from the file itself: no process list and no server log shows it.
  sql --set role="$1" --set database="$POSTGRES_DB" <<'SQL'
\set password `cat "/run/secrets/postgres-$ROLE"`
SET log_statement = 'none';
SET password_encryption = 'scram-sha-256';
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
GRANT CONNECT ON DATABASE :"database" TO :"role";
SQL
}

for owner in portal sessions activity alerts keys; do
  role "$owner"
  sql --set role="$owner" <<'SQL'
CREATE SCHEMA :"role" AUTHORIZATION :"role";
ALTER ROLE :"role" SET search_path = :"role";
SQL
done

# policy-decision reads what the portal wrote, and can change nothing.
role pdp
sql <<'SQL'
GRANT USAGE ON SCHEMA portal TO pdp;
ALTER DEFAULT PRIVILEGES FOR ROLE portal IN SCHEMA portal GRANT SELECT ON TABLES TO pdp;
ALTER ROLE pdp SET search_path = portal;
ALTER ROLE pdp SET default_transaction_read_only = on;
SQL
