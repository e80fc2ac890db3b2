// Real Postgres, NATS, SMTP and Twilio-shaped endpoint; notifiers start in it as often as a test wants.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { type Activity, activityRecorded, activitySchema } from '@gatehouse/contracts/activity';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { migrateDatabase, openDatabase } from '@gatehouse/postgres/database';
import { type MailCatcher, startMailCatcher } from '@gatehouse/testkit/mail-catcher';
import { type SmsCatcher, startSmsCatcher } from '@gatehouse/testkit/sms-catcher';
import { startNats, startPostgres } from '@gatehouse/testkit/world';
import type { DataSource } from 'typeorm';
import { channelsOf } from '../src/channels.ts';
import type { AlertNotifierConfig } from '../src/config.ts';
import { linkMac } from '../src/link-secret.ts';
import { migrations } from '../src/migrations/list.ts';
import { type Notifier, startNotifier } from '../src/notifier.ts';

export type World = {
  readonly mail: MailCatcher;
  readonly sms: SmsCatcher;
  readonly dataSource: DataSource;
  readonly messaging: Messaging;
  /** Errors that notifiers reported in the background. */
  readonly errors: unknown[];
  start(instances: number, now?: () => Date): Promise<Notifier[]>;
  policies(...policies: { id: string; alerts: Record<string, unknown> }[]): Promise<void>;
  stop(): Promise<void>;
};

/** Signs as policy-decision does. */
export const snapshotKeys = generateKeyPairSync('ed25519');
const snapshotPublicKey = snapshotKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const mac = linkMac('a secret of at least thirty-two characters');

const portalUrl = 'https://portal.example.com';
const mailFrom = 'Gatehouse <alerts@gatehouse.example>';

function configOf(databaseUrl: string, mail: MailCatcher, sms: SmsCatcher): AlertNotifierConfig {
  return {
    DATABASE_URL: databaseUrl,
    SNAPSHOT_PUBLIC_KEY: snapshotPublicKey,
    PORTAL_URL: portalUrl,
    SMTP_URL: mail.urls.smtp,
    MAIL_FROM: mailFrom,
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_FROM: '+12025550100',
    TWILIO_BASE_URL: sms.urls.api,
    WEBHOOK_SECRET: [`whsec_${Buffer.alloc(24, 7).toString('base64')}`],
    ORG_ALERT_EMAIL: [],
    ORG_ALERT_SMS: [],
  };
}

function storedPolicy(policy: { id: string; alerts: Record<string, unknown> }) {
  const dates = { createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z', updatedBy: 'admin' };
  const rest = { severity: 'high', controlType: 'monitorAndControlDownload', action: { type: 'block' } };
  return {
    id: policy.id,
    version: 1,
    ...dates,
    policy: { kind: 'SessionPolicy', name: policy.id, ...rest, alerts: policy.alerts },
  };
}

export async function startWorld(): Promise<World> {
  const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
  const database = await postgres.database('alerts', migrations);
  await migrateDatabase({ ...database, migrations });
  const mail = await startMailCatcher({ smtpPort: 0, httpPort: 0, rejects: (to) => to.startsWith('gone@') });
  const sms = await startSmsCatcher({ port: 0 });
  const dataSource = await openDatabase(database);
  const messaging = await connect({ url: nats.url, name: 'test' });
  const errors: unknown[] = [];
  const stops: (() => Promise<void>)[] = [];
  const startOne = async (now: () => Date): Promise<Notifier> => {
    const own = await openDatabase(database);
    const bus = await connect({ url: nats.url, name: 'alert-notifier' });
    const channels = channelsOf(configOf(database.url, mail, sms), now);
    const notifier = await startNotifier({
      dataSource: own,
      messaging: bus,
      channels,
      organisation: { email: ['org@example.com'], sms: [] },
      portalUrl,
      mailFrom,
      mac,
      snapshotPublicKey,
      now,
      onRecorded: () => undefined,
      onOutcome: () => undefined,
      onError: (error) => errors.push(error),
    });
    stops.push(async () => {
      await bus.close();
      await notifier.stop();
      for (const client of Object.values(channels)) await client.close();
      await own.destroy();
    });
    return notifier;
  };
  return {
    mail,
    sms,
    dataSource,
    messaging,
    errors,
    start: (instances, now = () => new Date()) => Promise.all(Array.from({ length: instances }, () => startOne(now))),
    policies: async (...policies) => {
      const payload = JSON.stringify({
        version: 1,
        issuedAt: new Date().toISOString(),
        policies: policies.map(storedPolicy),
      });
      const bucket = await messaging.bucket(snapshotBucket);
      const signature = sign(null, Buffer.from(payload), snapshotKeys.privateKey).toString('base64url');
      await bucket.put('current', { payload, signature, keyId: 'k' });
    },
    stop: async () => {
      for (const stop of stops) await stop();
      await messaging.close();
      await dataSource.destroy();
      await Promise.all([mail.stop(), sms.stop(), nats.stop(), postgres.stop()]);
    },
  };
}

/** A blocked download that matched one policy. */
export function activityOf(policyId: string, change: Partial<Activity> = {}): Activity {
  return activitySchema.parse({
    id: randomUUID(),
    referenceId: 'GH-7K3M-9QXT',
    time: new Date().toISOString(),
    app: 'box',
    host: 'box.example.com',
    activityType: 'download',
    user: 'eve@example.com',
    ip: '203.0.113.9',
    object: { name: 'Finance.xlsx' },
    scan: { status: 'completed' },
    matchedPolicies: [
      {
        id: policyId,
        version: 1,
        name: `Policy ${policyId}`,
        severity: 'high',
        action: 'block',
        result: 'won',
        alert: true,
      },
    ],
    appliedAction: 'block',
    reason: 'POLICY',
    ...change,
  });
}

export async function publish(world: World, ...activities: Activity[]): Promise<void> {
  await Promise.all(activities.map((activity) => world.messaging.publish(activityRecorded, activity)));
}
