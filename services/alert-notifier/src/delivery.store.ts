// Messages to recipients: written with their alert, claimed by any replica, closed with the provider's answer.
import { type Channel, recipientCaps, utcDay } from '@gatehouse/alerting/limits';
import type { Delivery } from '@gatehouse/contracts/queries';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';

/** What the channel sends; rendered once, so that every attempt is the same message. */
export const outgoingMessageSchema = z.object({
  subject: z.string().default(''),
  text: z.string(),
  html: z.string().default(''),
  /** Mails of one policy and day hang together in the reader's mail program. */
  threadId: z.string().default(''),
  /** Address for List-Unsubscribe; empty: none. */
  unsubscribe: z.string().default(''),
});
export type OutgoingMessage = z.input<typeof outgoingMessageSchema>;
export type StoredMessage = z.output<typeof outgoingMessageSchema>;

export type NewDelivery = {
  readonly id: string;
  /** Undefined for a digest. */
  readonly alertId: string | undefined;
  readonly policyId: string;
  readonly day: string;
  readonly channel: Channel;
  readonly recipient: string;
  readonly message: OutgoingMessage;
  /** Why it is not sent at all: written down, so that nothing vanishes silently. */
  readonly muted?: string | undefined;
};

export type ClaimedDelivery = {
  readonly id: string;
  readonly channel: Channel;
  readonly recipient: string;
  readonly message: StoredMessage;
  readonly attempts: number;
  readonly createdAt: Date;
  /** The recipient's day is full: nothing may be sent. */
  readonly capped: boolean;
};

export type DeliveryOutcome =
  | { readonly status: 'delivered'; readonly providerId: string }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'pending'; readonly error: string; readonly nextAttemptAt: Date };

/** Writes pending deliveries; the sender of any replica takes them after commit. */
export async function insertDeliveries(
  manager: EntityManager,
  deliveries: readonly NewDelivery[],
  now: Date,
): Promise<void> {
  for (const each of deliveries) {
    await manager.query(
      `INSERT INTO deliveries (id, alert_id, policy_id, day, channel, recipient, message, next_attempt_at, created_at, updated_at,
                               status, error)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9, $10)`,
      [
        each.id,
        each.alertId ?? null,
        each.policyId,
        each.day,
        each.channel,
        each.recipient,
        JSON.stringify(each.message),
        now,
        each.muted === undefined ? 'pending' : 'muted',
        each.muted ?? null,
      ],
    );
  }
}

/** Takes one message of the recipient's day; false if the day is full. Atomic across replicas. */
export async function takeRecipientSlot(
  manager: EntityManager,
  channel: Channel,
  recipient: string,
  now: Date,
): Promise<boolean> {
  const cap = recipientCaps[channel];
  if (cap === undefined) return true;
  const taken: unknown[] = await manager.query(
    `INSERT INTO recipient_days AS d (channel, recipient, day, used) VALUES ($1, lower($2), $3, 1)
     ON CONFLICT (channel, recipient, day) DO UPDATE SET used = d.used + 1 WHERE d.used < $4 RETURNING used`,
    [channel, recipient, utcDay(now), cap],
  );
  return taken.length > 0;
}

type ClaimRecord = {
  id: string;
  channel: Channel;
  recipient: string;
  message: unknown;
  attempts: number;
  created_at: Date;
};

/**
 * Takes one due delivery and hides it for `leaseMs`: a replica that dies while sending leaves it to the others.
 * The first attempt takes the recipient's slot in the same transaction; without one the delivery ends as capped.
 */
export function claimDelivery(
  dataSource: DataSource,
  now: Date,
  leaseMs: number,
): Promise<ClaimedDelivery | undefined> {
  return dataSource.transaction(async (manager) => {
    const [record]: ClaimRecord[] = await manager.query(
      `WITH claimed AS (
         UPDATE deliveries SET attempts = attempts + 1, next_attempt_at = $2, updated_at = $1
         WHERE id = (SELECT id FROM deliveries WHERE status = 'pending' AND next_attempt_at <= $1
                     ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, channel, recipient, message, attempts, created_at)
       SELECT * FROM claimed`,
      [now, new Date(now.getTime() + leaseMs)],
    );
    if (!record) return undefined;
    const capped = record.attempts === 1 && !(await takeRecipientSlot(manager, record.channel, record.recipient, now));
    if (capped) await manager.query("UPDATE deliveries SET status = 'capped', attempts = 0 WHERE id = $1", [record.id]);
    const { created_at: createdAt, ...rest } = record;
    return { ...rest, createdAt, message: outgoingMessageSchema.parse(record.message), capped };
  });
}

/** Writes what became of an attempt. */
export async function closeAttempt(
  dataSource: DataSource,
  id: string,
  outcome: DeliveryOutcome,
  now: Date,
): Promise<void> {
  await dataSource.query(
    `UPDATE deliveries SET status = $2, provider_id = coalesce($3, provider_id), error = $4,
                           next_attempt_at = coalesce($5, next_attempt_at), updated_at = $6
     WHERE id = $1 AND status = 'pending'`,
    [
      id,
      outcome.status,
      outcome.status === 'delivered' ? outcome.providerId : null,
      outcome.status === 'delivered' ? null : outcome.error,
      outcome.status === 'pending' ? outcome.nextAttemptAt : null,
      now,
    ],
  );
}

type DeliveryRecord = {
  id: string;
  alert_id: string;
  channel: Channel;
  recipient: string;
  status: Delivery['status'];
  attempts: number;
  provider_id: string | null;
  error: string | null;
  updated_at: Date;
};

/** The delivery log of an alert. */
export async function listDeliveries(dataSource: DataSource, alertId: string): Promise<Delivery[]> {
  const records: DeliveryRecord[] = await dataSource.query(
    'SELECT * FROM deliveries WHERE alert_id = $1 ORDER BY channel, recipient',
    [alertId],
  );
  return records.map((record) => ({
    id: record.id,
    alertId: record.alert_id,
    channel: record.channel,
    recipient: record.recipient,
    status: record.status,
    attempts: record.attempts,
    ...(record.provider_id === null ? {} : { providerId: record.provider_id }),
    ...(record.error === null ? {} : { error: record.error }),
    updatedAt: record.updated_at.toISOString(),
  }));
}

/** Messages still to be sent. */
export async function countPending(dataSource: DataSource): Promise<number> {
  const [row]: { pending: number }[] = await dataSource.query(
    "SELECT count(*)::int AS pending FROM deliveries WHERE status = 'pending'",
  );
  return row?.pending ?? 0;
}
