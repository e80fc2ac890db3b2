// Tables of schema `portal`. policy-decision reads `policies` and `policy_epoch` with role `pdp`: keep their columns.
import type { Migration } from '@gatehouse/postgres/database';

export const migrations: Migration[] = [
  {
    name: '001-policies',
    sql: `
      CREATE TABLE policies (
        id uuid PRIMARY KEY,
        version int NOT NULL,
        body jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text NOT NULL,
        deleted_at timestamptz
      );
      CREATE UNIQUE INDEX policies_live_name ON policies (lower(body->>'name')) WHERE deleted_at IS NULL;
      CREATE TABLE policy_versions (
        policy_id uuid NOT NULL REFERENCES policies (id),
        version int NOT NULL,
        body jsonb NOT NULL,
        at timestamptz NOT NULL,
        by text NOT NULL,
        deleted boolean NOT NULL DEFAULT false,
        PRIMARY KEY (policy_id, version)
      );
      CREATE TABLE policy_epoch (epoch bigint NOT NULL);
      INSERT INTO policy_epoch (epoch) VALUES (0);
    `,
  },
  {
    name: '002-catalogue',
    sql: `
      CREATE TABLE objects (
        collection text NOT NULL,
        id text NOT NULL,
        version int NOT NULL,
        body jsonb NOT NULL,
        updated_at timestamptz NOT NULL,
        updated_by text NOT NULL,
        PRIMARY KEY (collection, id)
      );
      CREATE TABLE catalogue_version (version bigint NOT NULL);
      INSERT INTO catalogue_version (version) VALUES (0);
    `,
  },
  {
    name: '003-admins',
    sql: `
      CREATE TABLE admins (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        password text NOT NULL,
        role text NOT NULL CHECK (role IN ('admin', 'operator', 'reader')),
        created_at timestamptz NOT NULL,
        last_login_at timestamptz
      );
      CREATE UNIQUE INDEX admins_email ON admins (lower(email));
      CREATE TABLE login_sessions (
        id_hash text PRIMARY KEY,
        admin_id uuid NOT NULL REFERENCES admins (id) ON DELETE CASCADE,
        csrf_token text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE TABLE setup_tokens (
        hash text PRIMARY KEY,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      CREATE TABLE login_attempts (subject text NOT NULL, at timestamptz NOT NULL);
      CREATE INDEX login_attempts_subject ON login_attempts (subject, at);
    `,
  },
  {
    name: '004-audit',
    sql: `
      CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        by text NOT NULL,
        ip text NOT NULL,
        action text NOT NULL,
        object_type text NOT NULL,
        object_id text NOT NULL,
        object_name text NOT NULL,
        diff jsonb NOT NULL
      );
    `,
  },
  {
    name: '005-grants',
    // The role exists in real installations; tests and single-role set-ups have none to grant to.
    sql: `
      DO $$
      BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pdp') THEN
          EXECUTE format('GRANT USAGE ON SCHEMA %I TO pdp', current_schema());
          EXECUTE format('GRANT SELECT ON %I.policies, %I.policy_epoch TO pdp', current_schema(), current_schema());
        END IF;
      END
      $$;
    `,
  },
  {
    name: '006-policies-as-code',
    sql: `
      ALTER TABLE policies
        ADD COLUMN source jsonb,
        ADD COLUMN broken_references jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN report_only_since timestamptz;
      UPDATE policies SET report_only_since = updated_at WHERE body->>'state' = 'reportOnly';
    `,
  },
  {
    name: '007-api-tokens',
    sql: `
      CREATE TABLE api_tokens (
        id uuid PRIMARY KEY,
        admin_id uuid NOT NULL REFERENCES admins (id) ON DELETE CASCADE,
        name text NOT NULL,
        hash text NOT NULL UNIQUE,
        scope text NOT NULL CHECK (scope IN ('read', 'write')),
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz
      );
    `,
  },
];
