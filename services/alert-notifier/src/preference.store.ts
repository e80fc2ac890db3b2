// From which severity on a recipient wants alerts.
import type { Channel } from '@gatehouse/alerting/limits';
import type { RecipientPreference } from '@gatehouse/contracts/queries';
import type { DataSource, EntityManager } from 'typeorm';

type PreferenceRecord = {
  channel: RecipientPreference['channel'];
  recipient: string;
  least_severity: RecipientPreference['leastSeverity'];
  updated_by: string;
  updated_at: Date;
};

/** Sets what a recipient wants; addresses are told apart without regard to case. */
export async function savePreference(
  dataSource: DataSource,
  preference: RecipientPreference & { readonly by: string },
  now: Date,
): Promise<void> {
  await dataSource.query(
    `INSERT INTO recipient_preferences (channel, recipient, least_severity, updated_by, updated_at)
     VALUES ($1, lower($2), $3, $4, $5)
     ON CONFLICT (channel, recipient) DO UPDATE SET least_severity = excluded.least_severity,
       updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
    [preference.channel, preference.recipient, preference.leastSeverity, preference.by, now],
  );
}

/** All preferences ever stated. */
export async function listPreferences(dataSource: DataSource) {
  const records: PreferenceRecord[] = await dataSource.query(
    'SELECT * FROM recipient_preferences ORDER BY channel, recipient LIMIT 1000',
  );
  return records.map((record) => ({
    channel: record.channel,
    recipient: record.recipient,
    leastSeverity: record.least_severity,
    updatedBy: record.updated_by,
    updatedAt: record.updated_at.toISOString(),
  }));
}

/** The least severity of one recipient; undefined: everything. */
export async function leastSeverityOf(
  manager: EntityManager,
  channel: Channel,
  recipient: string,
): Promise<RecipientPreference['leastSeverity'] | undefined> {
  const [record]: PreferenceRecord[] = await manager.query(
    'SELECT * FROM recipient_preferences WHERE channel = $1 AND recipient = lower($2)',
    [channel, recipient],
  );
  return record?.least_severity;
}
