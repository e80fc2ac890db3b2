// Streams, buckets and durable consumers: made once by the provisioner, so that services need no rights to make them.
import { activityRecorded } from '@gatehouse/contracts/activity';
import { catalogueBucket, discoveredDomainsBucket, policyChanged } from '@gatehouse/contracts/catalogue';
import type { EventDefinition } from '@gatehouse/contracts/definition';
import { revocationsBucket } from '@gatehouse/contracts/device';
import { events } from '@gatehouse/contracts/events';
import { fileProtected } from '@gatehouse/contracts/files';
import { sessionsBucket } from '@gatehouse/contracts/session';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import { AckPolicy, DeliverPolicy, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';

const day = 24 * 3600 * 1e9;

export const buckets = [
  sessionsBucket,
  catalogueBucket,
  snapshotBucket,
  revocationsBucket,
  discoveredDomainsBucket,
] as const;

/** Who consumes which event under which durable name. */
export const consumers: readonly { readonly event: EventDefinition; readonly durable: string }[] = [
  { event: activityRecorded, durable: 'activity-log' },
  { event: activityRecorded, durable: 'alert-notifier' },
  { event: policyChanged, durable: 'policy-decision' },
  { event: fileProtected, durable: 'key-access' },
];

const streamNames = [...new Set(events.map((event) => event.stream))];

/** Creates or updates everything; safe to run again. Needs the provisioner's rights. */
export async function provisionTopology(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  for (const name of [...streamNames, 'DEAD_LETTERS']) {
    const subjects =
      name === 'DEAD_LETTERS' ? ['dead-letter.>'] : events.filter((e) => e.stream === name).map((e) => e.subject);
    const config = { name, subjects, max_age: 14 * day, duplicate_window: 120e9 };
    await manager.streams.add(config).catch(() => manager.streams.update(name, config));
  }
  const kvm = new Kvm(connection);
  for (const { bucket } of buckets) await kvm.create(bucket, { history: 1 });
  for (const { event, durable } of consumers) await addConsumer(manager, event, durable);
}

/** A durable pull consumer: explicit ack, eight tries, then the consumer writes a dead letter. */
export async function addConsumer(
  manager: Awaited<ReturnType<typeof jetstreamManager>>,
  event: EventDefinition,
  durable: string,
): Promise<void> {
  await manager.consumers.add(event.stream, {
    durable_name: durable,
    filter_subject: event.subject,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: 60e9,
    max_deliver: 9,
    max_ack_pending: 256,
  });
}
