// After 00:00 UTC: one digest per policy that went over its limit the day before.
import { alertLinks } from '@gatehouse/alerting/action-link';
import { threadIdOf } from '@gatehouse/alerting/delivery';
import { type DigestFacts, renderDigestEmail } from '@gatehouse/alerting/digest';
import { mutedBecause } from '@gatehouse/alerting/lifecycle';
import { utcDay } from '@gatehouse/alerting/limits';
import { type Recipient, recipientsOf } from '@gatehouse/alerting/plan';
import { renderDigestSms } from '@gatehouse/alerting/sms';
import { renderDigestWebhook } from '@gatehouse/alerting/webhook';
import type { DataSource, EntityManager } from 'typeorm';
import { insertDeliveries, type OutgoingMessage } from './delivery.store.ts';
import { claimDigest, type DueDigest, topOf } from './digest.store.ts';
import { leastSeverityOf } from './preference.store.ts';
import type { RecordDependencies } from './record-alert.handler.ts';

function messageFor(
  recipient: Recipient,
  facts: DigestFacts,
  threadId: string,
  deps: RecordDependencies,
): OutgoingMessage {
  const mail = { alertId: undefined, recipient: recipient.address };
  switch (recipient.channel) {
    case 'email':
      return {
        ...renderDigestEmail(facts),
        threadId,
        unsubscribe: deps.mac ? alertLinks(deps.portalUrl, mail, deps.now(), deps.mac).unsubscribe : '',
      };
    case 'sms':
      return {
        subject: '',
        text: renderDigestSms(facts.policyName, facts.day, facts.sent, facts.suppressed),
        html: '',
        threadId: '',
      };
    case 'webhook':
      return { subject: '', text: renderDigestWebhook(facts.day, facts), html: '', threadId: '' };
  }
}

async function writeDigest(manager: EntityManager, due: DueDigest, deps: RecordDependencies): Promise<void> {
  const facts: DigestFacts = {
    ...due,
    topUsers: await topOf(manager, 'user_name', due),
    topApps: await topOf(manager, 'app', due),
    link: `${deps.portalUrl.replace(/\/+$/, '')}/alerts?policy=${encodeURIComponent(due.policyId)}`,
  };
  const threadId = threadIdOf(due.policyId, due.day, deps.mailFrom);
  const recipients = recipientsOf(deps.settingsOf(due.policyId), deps.organisation);
  const preferences = new Map<Recipient, string | undefined>();
  for (const each of recipients) {
    preferences.set(each, mutedBecause(await leastSeverityOf(manager, each.channel, each.address), undefined));
  }
  const deliveries = recipients.map((recipient) => ({
    id: deps.newId(),
    alertId: undefined,
    policyId: due.policyId,
    day: due.day,
    channel: recipient.channel,
    recipient: recipient.address,
    message: messageFor(recipient, facts, threadId, deps),
    muted: preferences.get(recipient),
  }));
  await insertDeliveries(manager, deliveries, deps.now());
}

/** Writes all digests that are due; answers how many. Safe on every replica at once. */
export async function sendDigests(dataSource: DataSource, deps: RecordDependencies): Promise<number> {
  for (let written = 0; ; written += 1) {
    const found = await dataSource.transaction(async (manager) => {
      const due = await claimDigest(manager, utcDay(deps.now()));
      if (due) await writeDigest(manager, due, deps);
      return due !== undefined;
    });
    if (!found) return written;
  }
}
