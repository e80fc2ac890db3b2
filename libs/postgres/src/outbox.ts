// A fact and the row it states commit together; a relay publishes it afterwards (at least once, same id).
import type { EventDefinition } from '@gatehouse/contracts/definition';
import { events } from '@gatehouse/contracts/events';
import type { DataSource, EntityManager } from 'typeorm';
import type { z } from 'zod';

/** Writes the event into the outbox of the caller's transaction. */
export async function enqueue<P extends z.ZodType>(
  manager: EntityManager,
  definition: EventDefinition<P>,
  payload: z.input<P> & { readonly id: string },
): Promise<void> {
  const checked = definition.payload.parse(payload);
  await manager.query('INSERT INTO outbox (id, subject, payload) VALUES ($1, $2, $3)', [
    payload.id,
    definition.subject,
    JSON.stringify(checked),
  ]);
}

export type Publish = (subject: string, id: string, payload: unknown) => Promise<void>;
type RelayLog = { warn(fields: object, message: string): void };

/** Publishes up to 100 waiting events; several relays share the work. Returns how many were sent. */
export async function relayOnce(source: DataSource, publish: Publish): Promise<number> {
  return source.transaction(async (manager) => {
    const rows: { id: string; subject: string; payload: unknown }[] = await manager.query(
      'SELECT id, subject, payload FROM outbox ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED',
    );
    for (const row of rows) await publish(row.subject, row.id, row.payload);
    if (rows.length > 0) await manager.query('DELETE FROM outbox WHERE id = ANY($1::uuid[])', [rows.map((r) => r.id)]);
    return rows.length;
  });
}

type RelayMessaging = {
  publish(definition: EventDefinition, payload: { readonly id: string }): Promise<void>;
};

/** Relays every `intervalMs` until stopped; a failing broker only delays. */
export function startRelay(
  source: DataSource,
  messaging: RelayMessaging,
  log: RelayLog,
  intervalMs = 200,
): { stop(): Promise<void> } {
  const bySubject = new Map(events.map((definition) => [definition.subject, definition]));
  const publish: Publish = async (subject, _id, payload) => {
    const definition = bySubject.get(subject);
    if (!definition) throw new Error(`the outbox holds an event nobody publishes: ${subject}`);
    await messaging.publish(definition, payload as { id: string });
  };
  let stopped = false;
  const run = (async () => {
    while (!stopped) {
      const sent = await relayOnce(source, publish).catch((error: unknown) => {
        log.warn({ error }, 'outbox relay waits');
        return 0;
      });
      if (sent === 0) await new Promise((resolve) => setTimeout(resolve, intervalMs));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await run;
    },
  };
}
