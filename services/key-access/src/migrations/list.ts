import type { Migration } from '@gatehouse/postgres/database';

// The audit keeps facts about keys, never a key: a data key exists unwrapped only in memory, while it is released.
export const migrations: Migration[] = [
  {
    name: '001-keys',
    sql: `
create table keys (
  file_id uuid primary key,
  decision_id uuid not null,
  label text not null,
  app text not null,
  file_name text not null,
  sha256 text not null,
  size bigint not null,
  downloader text not null,
  session_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by text
);
create index keys_downloader on keys (lower(downloader)) where revoked_at is null;
create index keys_label on keys (label) where revoked_at is null;
create index keys_session on keys (session_id) where revoked_at is null;
create table opens (
  number bigint generated always as identity primary key,
  id uuid not null unique,
  file_id uuid not null,
  user_name text not null,
  allowed boolean not null,
  reason text,
  at timestamptz not null,
  previous_hash text not null,
  hash text not null
);
create index opens_file on opens (file_id, number desc);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit of opens is append-only';
end $$;
create trigger opens_append_only before update or delete or truncate on opens
  for each statement execute function refuse_change();`,
  },
  {
    name: '002-protected-files',
    sql: `
alter table keys add column label_id uuid, add column key_id text, add column protection jsonb;
create table key_pairs (
  kid text primary key,
  algorithm text not null,
  public_pem text not null,
  sealed bytea not null,
  created_at timestamptz not null default now()
);
create table grants (
  file_id uuid not null references keys,
  user_name text not null,
  rights text[] not null,
  granted_by text not null,
  granted_at timestamptz not null default now(),
  expires_at timestamptz,
  primary key (file_id, user_name)
);
create table access_requests (
  id uuid primary key,
  file_id uuid not null references keys,
  user_name text not null,
  justification text not null,
  requested_at timestamptz not null default now(),
  state text not null default 'open',
  decided_by text,
  decided_at timestamptz
);
create unique index access_requests_open on access_requests (file_id, user_name) where state = 'open';
create table proofs (id text primary key, expires_at timestamptz not null);
create index proofs_expiry on proofs (expires_at);
create table sign_ins (
  state_hash text primary key,
  browser_hash text not null,
  nonce text not null,
  verifier text not null,
  expires_at timestamptz not null
);
create table viewer_sessions (
  id_hash text primary key,
  subject jsonb not null,
  expires_at timestamptz not null
);`,
  },
];
