// Tables of the schema `activity`.

export const migrations = [
  {
    name: '001-activities',
    sql: `
-- The activity as recorded is the one truth: the columns to filter by are generated from it and cannot differ.
CREATE TABLE activities (
  id uuid NOT NULL,
  time timestamptz NOT NULL,
  activity jsonb NOT NULL,
  reference_id text GENERATED ALWAYS AS (activity ->> 'referenceId') STORED,
  app text GENERATED ALWAYS AS (activity ->> 'app') STORED,
  user_name text GENERATED ALWAYS AS (activity ->> 'user') STORED,
  activity_type text GENERATED ALWAYS AS (activity ->> 'activityType') STORED,
  applied_action text GENERATED ALWAYS AS (activity ->> 'appliedAction') STORED,
  ip text GENERATED ALWAYS AS (activity ->> 'ip') STORED,
  country text GENERATED ALWAYS AS (activity ->> 'country') STORED,
  session_id text GENERATED ALWAYS AS (activity ->> 'sessionId') STORED,
  search_text text GENERATED ALWAYS AS (lower(coalesce(activity ->> 'user', '') || chr(10) || coalesce(activity #>> '{object,name}', ''))) STORED,
  device_tags jsonb GENERATED ALWAYS AS (activity -> 'deviceTags') STORED,
  policies jsonb GENERATED ALWAYS AS (jsonb_path_query_array(activity, '$.matchedPolicies[*].id')) STORED,
  PRIMARY KEY (id, time)
) PARTITION BY RANGE (time);
-- Times that no daily partition was made for.
CREATE TABLE activities_default PARTITION OF activities DEFAULT;

CREATE INDEX activities_newest ON activities (time DESC, id DESC);
CREATE INDEX activities_reference ON activities (reference_id);
CREATE INDEX activities_app ON activities (app, time DESC);
CREATE INDEX activities_user ON activities (user_name, time DESC);
CREATE INDEX activities_action ON activities (applied_action, time DESC);
CREATE INDEX activities_type ON activities (activity_type, time DESC);
CREATE INDEX activities_ip ON activities (ip, time DESC);
CREATE INDEX activities_session ON activities (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX activities_policies ON activities USING gin (policies);

-- The hash chain stands beside the rows: it stays whole when a day's partition is dropped.
CREATE TABLE chain (
  seq bigint PRIMARY KEY,
  activity_id uuid NOT NULL,
  time timestamptz NOT NULL,
  row_hash text NOT NULL,
  hash text NOT NULL
);
CREATE INDEX chain_time ON chain (time);
-- Last link (seq, hash), and the link before the oldest one kept.
CREATE TABLE chain_ends (
  position text PRIMARY KEY CHECK (position IN ('head', 'anchor')),
  seq bigint NOT NULL,
  hash text NOT NULL
);
INSERT INTO chain_ends (position, seq, hash)
VALUES ('head', 0, repeat('0', 64)), ('anchor', 0, repeat('0', 64));`,
  },
  {
    name: '002-replay',
    sql: `
-- Decisions that can be judged anew, one kind at a time, newest first.
CREATE INDEX activities_replay ON activities ((activity #>> '{facts,kind}'), time DESC, id DESC)
WHERE activity ? 'facts';`,
  },
  {
    name: '003-checkpoints',
    sql: `
CREATE TABLE chain_checkpoints (
  seq bigint PRIMARY KEY,
  hash text NOT NULL,
  at timestamptz NOT NULL,
  signature text NOT NULL
);`,
  },
];
