// activity.recorded → one alert row per match, counted against the day's limit, deliveries for those within it.
import { type AlertLinks, alertLinks, type Mac } from '@gatehouse/alerting/action-link';
import { threadIdOf } from '@gatehouse/alerting/delivery';
import { renderAlertEmail } from '@gatehouse/alerting/email';
import { mutedBecause } from '@gatehouse/alerting/lifecycle';
import { isLastWithinLimit, matchDay } from '@gatehouse/alerting/limits';
import { type Notice, noticeOf } from '@gatehouse/alerting/notice';
import { outageOf, outageQuietMs } from '@gatehouse/alerting/outage';
import {
  type OrganisationDefaults,
  type PlannedAlert,
  planAlerts,
  planBypassAlert,
  planOutageAlert,
  type Recipient,
} from '@gatehouse/alerting/plan';
import { renderAlertSms } from '@gatehouse/alerting/sms';
import { renderAlertWebhook } from '@gatehouse/alerting/webhook';
import type { Activity } from '@gatehouse/contracts/activity';
import type { EntityManager } from 'typeorm';
import { countMatch, insertAlert, noteOutage } from './alert.store.ts';
import { insertDeliveries, type NewDelivery, type OutgoingMessage } from './delivery.store.ts';
import type { AlertSettingsOf } from './policy-recipients.client.ts';
import { leastSeverityOf } from './preference.store.ts';

export type RecordDependencies = {
  readonly settingsOf: AlertSettingsOf;
  readonly organisation: OrganisationDefaults;
  readonly portalUrl: string;
  readonly mailFrom: string;
  /** Signs the links of e-mails; without it they have none. */
  readonly mac: Mac | undefined;
  readonly now: () => Date;
  readonly newId: () => string;
};

export type Recorded = { readonly sent: number; readonly suppressed: number };

function messageFor(
  recipient: Recipient,
  notice: Notice,
  threadId: string,
  links: AlertLinks | undefined,
): OutgoingMessage {
  switch (recipient.channel) {
    case 'email':
      return { ...renderAlertEmail(notice, links), threadId, unsubscribe: links?.unsubscribe ?? '' };
    case 'sms':
      return { subject: '', text: renderAlertSms(notice), html: '', threadId: '' };
    case 'webhook':
      return { subject: '', text: renderAlertWebhook(notice), html: '', threadId: '' };
  }
}

async function deliveriesFor(
  manager: EntityManager,
  planned: PlannedAlert,
  notice: Notice,
  day: string,
  deps: RecordDependencies,
): Promise<NewDelivery[]> {
  const threadId = threadIdOf(planned.policyId, day, deps.mailFrom);
  const { alertId } = notice;
  const deliveries: NewDelivery[] = [];
  for (const { channel, address } of planned.recipients) {
    const links = deps.mac && alertLinks(deps.portalUrl, { alertId, recipient: address }, deps.now(), deps.mac);
    const muted = mutedBecause(await leastSeverityOf(manager, channel, address), notice.severity);
    deliveries.push({
      id: deps.newId(),
      alertId,
      policyId: planned.policyId,
      day,
      channel,
      recipient: address,
      message: messageFor({ channel, address }, notice, threadId, links),
      muted,
    });
  }
  return deliveries;
}

async function recordOne(
  manager: EntityManager,
  activity: Activity,
  planned: PlannedAlert,
  deps: RecordDependencies,
): Promise<boolean> {
  const now = deps.now();
  const day = matchDay(activity.time, now);
  const { suppressed, position } = await countMatch(manager, planned, day);
  const sent = { alertId: deps.newId(), position, lastWithinLimit: isLastWithinLimit(position, planned.dailyLimit) };
  const notice = noticeOf(activity, planned, sent, deps.portalUrl);
  await insertAlert(manager, {
    id: notice.alertId,
    activityId: activity.id,
    referenceId: activity.referenceId,
    policyId: planned.policyId,
    policyName: notice.policyName,
    severity: planned.severity,
    user: notice.user,
    app: notice.app,
    action: activity.appliedAction,
    ...(notice.fileName === undefined ? {} : { fileName: notice.fileName }),
    matchedAt: activity.time,
    suppressed,
    day,
  });
  if (!suppressed) await insertDeliveries(manager, await deliveriesFor(manager, planned, notice, day, deps), now);
  return suppressed;
}

/** Writes everything one activity asks for, inside the transaction of its inbox entry. */
export async function recordAlerts(
  manager: EntityManager,
  activity: Activity,
  deps: RecordDependencies,
): Promise<Recorded> {
  const planned = [
    ...planAlerts(activity, deps.settingsOf, deps.organisation),
    ...planBypassAlert(activity, deps.organisation),
  ];
  const outage = outageOf(activity);
  // After the policies, for every replica alike: the order of locks.
  if (outage && (await noteOutage(manager, outage.key, activity.time, outageQuietMs))) {
    planned.push(planOutageAlert(outage, deps.organisation));
  }
  let suppressed = 0;
  for (const each of planned) if (await recordOne(manager, activity, each, deps)) suppressed += 1;
  return { sent: planned.length - suppressed, suppressed };
}
