// One running notifier: consumer, sender, digest clock and the portal's questions.
import { randomUUID } from 'node:crypto';
import { type Channel } from '@gatehouse/alerting/limits';
import type { OrganisationDefaults } from '@gatehouse/alerting/plan';
import { activityRecorded } from '@gatehouse/contracts/activity';
import {
  alertGet,
  alertLink,
  alertList,
  alertUndo,
  alertUpdate,
  channelTest,
  recipientList,
  recipientPrefer,
} from '@gatehouse/contracts/queries';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { once } from '@gatehouse/postgres/inbox';
import type { DataSource } from 'typeorm';
import { countAlerts, findAlert, listAlerts } from './alert.store.ts';
import type { ChannelClient } from './channel.client.ts';
import { listDeliveries } from './delivery.store.ts';
import { followLink } from './follow-link.handler.ts';
import { timelineOf, wakeSnoozed } from './lifecycle.store.ts';
import { watchSettings } from './policy-recipients.client.ts';
import { listPreferences, savePreference } from './preference.store.ts';
import { type RecordDependencies, type Recorded, recordAlerts } from './record-alert.handler.ts';
import { type SenderDependencies, startSender } from './send-delivery.handler.ts';
import { sendDigests } from './send-digest.handler.ts';
import { testChannel } from './test-channel.handler.ts';
import { handleUndo, handleUpdate } from './update-alerts.handler.ts';

export const consumerName = 'alert-notifier';
const digestEveryMs = 60_000;

export type NotifierDependencies = {
  readonly dataSource: DataSource;
  readonly messaging: Messaging;
  readonly channels: Readonly<Record<Channel, ChannelClient>>;
  readonly organisation: OrganisationDefaults;
  readonly portalUrl: string;
  readonly mailFrom: string;
  readonly mac: RecordDependencies['mac'];
  /** Of the policy snapshot, PEM. */
  readonly snapshotPublicKey: string;
  readonly now: () => Date;
  readonly onRecorded: (recorded: Recorded) => void;
  readonly onOutcome: SenderDependencies['onOutcome'];
  readonly onError: (error: unknown) => void;
};

export type Notifier = {
  /** Looks for due digests now; answers how many were written. */
  digest(): Promise<number>;
  /** Opens snoozed alerts whose time has come; answers how many. */
  wake(): Promise<number>;
  stop(): Promise<void>;
};

function serveQuestions({ messaging, dataSource, channels, now, mac }: NotifierDependencies): void {
  messaging.serve(alertList, async (input) => ({
    alerts: await listAlerts(dataSource, input),
    counts: await countAlerts(dataSource, input.policyId),
  }));
  messaging.serve(alertGet, async ({ id }) => ({
    alert: (await findAlert(dataSource, id)) ?? null,
    deliveries: await listDeliveries(dataSource, id),
    timeline: await timelineOf(dataSource, id),
  }));
  messaging.serve(alertUpdate, (input) => handleUpdate(input, { dataSource, now }));
  messaging.serve(alertUndo, (input) => handleUndo(input, { dataSource, now }));
  messaging.serve(alertLink, (input) => followLink(input, { dataSource, mac, now }));
  messaging.serve(recipientList, async () => ({ recipients: await listPreferences(dataSource) }));
  messaging.serve(recipientPrefer, async (input) => {
    await savePreference(dataSource, input, now());
    return {};
  });
  messaging.serve(channelTest, (input) => testChannel(input, { dataSource, channels, now }));
}

/** Starts everything; resolves when the notifier consumes. `stop` leaves no timer and no attempt behind. */
export async function startNotifier(deps: NotifierDependencies): Promise<Notifier> {
  const { dataSource, messaging } = deps;
  const settingsOf = await watchSettings(messaging, deps.snapshotPublicKey, deps.onError);
  const record: RecordDependencies = { ...deps, settingsOf, newId: randomUUID };
  const sender = startSender({ ...deps, random: Math.random });
  await messaging.consume(activityRecorded, consumerName, async (activity) => {
    let recorded: Recorded = { sent: 0, suppressed: 0 };
    const first = await once(dataSource, consumerName, activity.id, async (manager) => {
      recorded = await recordAlerts(manager, activity, record);
    });
    if (!first) return;
    deps.onRecorded(recorded);
    if (recorded.sent > 0) sender.wake();
  });
  serveQuestions(deps);
  const digest = async () => {
    const written = await sendDigests(dataSource, record);
    if (written > 0) sender.wake();
    return written;
  };
  const wake = () => wakeSnoozed(dataSource, { changeId: randomUUID(), by: 'Gatehouse', now: deps.now() });
  const clock = setInterval(() => {
    digest().catch(deps.onError);
    wake().catch(deps.onError);
  }, digestEveryMs);
  return {
    digest,
    wake,
    stop: async () => {
      clearInterval(clock);
      await sender.stop();
    },
  };
}
