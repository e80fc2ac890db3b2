// Makes a consumer's effect happen exactly once although its event may arrive several times.
import type { DataSource, EntityManager } from 'typeorm';

/** Runs `effect` in one transaction with the inbox row; false when the message was seen before. */
export async function once(
  source: DataSource,
  consumer: string,
  messageId: string,
  effect: (manager: EntityManager) => Promise<void>,
): Promise<boolean> {
  return source.transaction(async (manager) => {
    const inserted: unknown[] = await manager.query(
      'INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING message_id',
      [consumer, messageId],
    );
    if (inserted.length === 0) return false;
    await effect(manager);
    return true;
  });
}
