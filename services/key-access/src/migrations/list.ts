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
];
