import type { Migration } from '@gatehouse/postgres/database';

// Ids, states and codes stand here only as hex SHA-256, and tickets only sealed: a dump opens no session.
export const migrations: Migration[] = [
  {
    name: '001-sign-in',
    sql: `
create table flows (
  state_hash text primary key,
  cookie_hash text not null,
  idp text not null,
  nonce text not null,
  verifier text not null,
  origin text not null,
  target jsonb not null,
  expires_at timestamptz not null
);
create index flows_expiry on flows (expires_at);
create table notices (
  token_hash text primary key,
  cookie_hash text not null,
  pending jsonb not null,
  expires_at timestamptz not null
);
create index notices_expiry on notices (expires_at);
create table sessions (
  session_id uuid primary key,
  store_key text not null unique,
  user_name text not null,
  app text not null,
  identity_provider text not null,
  identity_subject text not null,
  ip text not null,
  user_agent text,
  device_tags text[] not null,
  groups text[] not null,
  created_at timestamptz not null,
  last_seen timestamptz not null,
  idle_minutes integer not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_cause text,
  ended_by text
);
create index sessions_user on sessions (lower(user_name)) where ended_at is null;
create index sessions_live on sessions (created_at desc) where ended_at is null;
create index sessions_identity on sessions (identity_provider, identity_subject) where ended_at is null;
create table redeem_codes (
  code_hash text primary key,
  host text not null,
  sealed_ticket text not null,
  return_to text not null,
  expires_at timestamptz not null
);
create index redeem_codes_expiry on redeem_codes (expires_at);
create table broker_logins (
  token_hash text primary key,
  identity jsonb not null,
  expires_at timestamptz not null
);
create index broker_logins_expiry on broker_logins (expires_at);
create table broker_codes (
  code_hash text primary key,
  client_id text not null,
  redirect_uri text not null,
  challenge text,
  grant_data jsonb not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index broker_codes_expiry on broker_codes (expires_at);
create table broker_tokens (
  token_hash text primary key,
  code_hash text not null,
  grant_data jsonb not null,
  expires_at timestamptz not null
);
create index broker_tokens_code on broker_tokens (code_hash);
create index broker_tokens_expiry on broker_tokens (expires_at);
`,
  },
  {
    name: '002-device-checks',
    sql: `
create table device_checks (
  id_hash text primary key,
  cookie_hash text not null,
  pending jsonb not null,
  code_hash text,
  proof jsonb,
  expires_at timestamptz not null
);
create index device_checks_expiry on device_checks (expires_at);
`,
  },
  {
    name: '003-saml',
    sql: `
alter table sessions add column idp_session text;
create index sessions_idp_session on sessions (identity_provider, idp_session) where ended_at is null;
create table used_messages (
  id_hash text primary key,
  expires_at timestamptz not null
);
create index used_messages_expiry on used_messages (expires_at);
create table saml_certificates (
  key_hash text primary key,
  certificate text not null
);
create table last_sign_ins (
  idp text primary key,
  said jsonb not null
);
`,
  },
  {
    name: '004-step-up',
    sql: `
create table interruptions (
  flow_hash text primary key,
  session_id uuid not null,
  interruption jsonb not null,
  about_hash text not null,
  accepted_at timestamptz,
  justification text,
  expires_at timestamptz not null
);
create index interruptions_expiry on interruptions (expires_at);
create index interruptions_accepted on interruptions (session_id, about_hash) where accepted_at is not null;
alter table redeem_codes add column rotation jsonb;
`,
  },
  {
    name: '005-tickets',
    sql: `
create table tickets (
  store_key text primary key,
  session_id uuid not null references sessions on delete cascade,
  host text not null,
  superseded_until timestamptz
);
create index tickets_session on tickets (session_id);
create index tickets_superseded on tickets (superseded_until) where superseded_until is not null;
insert into tickets (store_key, session_id, host) select store_key, session_id, '' from sessions where ended_at is null;
`,
  },
];
