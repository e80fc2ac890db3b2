// Tables of the schema `alerts`.

export const migrations = [
  {
    name: '001-alerts',
    sql: `
CREATE TABLE alerts (
  id uuid PRIMARY KEY,
  activity_id uuid NOT NULL,
  reference_id text NOT NULL,
  policy_id text NOT NULL,
  policy_name text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
  user_name text NOT NULL,
  app text NOT NULL,
  action text NOT NULL,
  file_name text,
  matched_at timestamptz NOT NULL,
  day date NOT NULL,
  suppressed boolean NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'closed')),
  resolution text CHECK (resolution IN ('truePositive', 'falsePositive', 'benign')),
  updated_by text,
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (activity_id, policy_id)
);
CREATE INDEX alerts_newest ON alerts (matched_at DESC, id DESC);
CREATE INDEX alerts_policy ON alerts (policy_id, matched_at DESC);
CREATE INDEX alerts_day ON alerts (policy_id, day);
CREATE INDEX alerts_open ON alerts (matched_at DESC) WHERE state = 'open';

-- The daily limit: one row per policy and UTC day, changed by one atomic update.
CREATE TABLE policy_days (
  policy_id text NOT NULL,
  day date NOT NULL,
  policy_name text NOT NULL,
  sent integer NOT NULL DEFAULT 0,
  suppressed integer NOT NULL DEFAULT 0,
  digested integer NOT NULL DEFAULT 0,
  PRIMARY KEY (policy_id, day)
);
CREATE INDEX policy_days_digest ON policy_days (day) WHERE digested < suppressed;

CREATE TABLE deliveries (
  id uuid PRIMARY KEY,
  alert_id uuid REFERENCES alerts (id),
  policy_id text NOT NULL,
  day date NOT NULL,
  channel text NOT NULL CHECK (channel IN ('email', 'sms', 'webhook')),
  recipient text NOT NULL,
  message jsonb NOT NULL,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed', 'capped')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  provider_id text,
  error text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE (alert_id, channel, recipient)
);
CREATE INDEX deliveries_pending ON deliveries (next_attempt_at) WHERE status = 'pending';

CREATE TABLE recipient_days (
  channel text NOT NULL,
  recipient text NOT NULL,
  day date NOT NULL,
  used integer NOT NULL,
  PRIMARY KEY (channel, recipient, day)
);

CREATE TABLE outages (
  key text PRIMARY KEY,
  last_seen timestamptz NOT NULL
);`,
  },
  {
    name: '002-lifecycle',
    sql: `
ALTER TABLE alerts DROP CONSTRAINT alerts_state_check;
ALTER TABLE alerts ADD CONSTRAINT alerts_state_check CHECK (state IN ('open', 'acknowledged', 'snoozed', 'closed'));
ALTER TABLE alerts ADD COLUMN assignee text;
ALTER TABLE alerts ADD COLUMN snoozed_until timestamptz;
CREATE INDEX alerts_snoozed ON alerts (snoozed_until) WHERE state = 'snoozed';

-- What happened to an alert, and how it stood before: undo goes back there.
CREATE TABLE alert_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alert_id uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  change_id uuid NOT NULL,
  at timestamptz NOT NULL,
  by text NOT NULL,
  change jsonb NOT NULL,
  before jsonb NOT NULL
);
CREATE INDEX alert_events_alert ON alert_events (alert_id, id);
CREATE INDEX alert_events_change ON alert_events (change_id);

ALTER TABLE deliveries DROP CONSTRAINT deliveries_status_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_status_check
  CHECK (status IN ('pending', 'delivered', 'failed', 'capped', 'muted'));
CREATE TABLE recipient_preferences (
  channel text NOT NULL,
  recipient text NOT NULL,
  least_severity text NOT NULL CHECK (least_severity IN ('low', 'medium', 'high', 'none')),
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (channel, recipient)
);`,
  },
];
