// channel.test: one message to one recipient at once, answered with the provider's own words.
import { randomUUID } from 'node:crypto';
import type { Channel } from '@gatehouse/alerting/limits';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { ChannelClient } from './channel.client.ts';
import { type StoredMessage, takeRecipientSlot } from './delivery.store.ts';

export type TestInput = { readonly channel: 'email' | 'sms'; readonly recipient: string };
export type TestAnswer = { readonly ok: boolean; readonly answer: string };

const recipients = {
  email: z.email('not an e-mail address'),
  sms: z.string().regex(/^\+[1-9]\d{6,14}$/, 'not a number in E.164 form, like +12025550100'),
};

const testMessage: StoredMessage = {
  subject: 'Gatehouse test message',
  text: 'This is a test message from Gatehouse. Alerts will reach you here.',
  html: '',
  threadId: '',
  unsubscribe: '',
};

/** Tests count against the recipient's daily cap: the button is no way to flood a phone. */
export async function testChannel(
  input: TestInput,
  deps: {
    readonly dataSource: DataSource;
    readonly channels: Readonly<Record<Channel, ChannelClient>>;
    readonly now: () => Date;
  },
): Promise<TestAnswer> {
  const { channel, recipient } = input;
  const checked = recipients[channel].safeParse(recipient);
  if (!checked.success) return { ok: false, answer: checked.error.issues[0]?.message ?? 'not acceptable' };
  const room = await takeRecipientSlot(deps.dataSource.manager, channel, recipient, deps.now());
  if (!room) return { ok: false, answer: 'daily cap of this recipient is reached' };
  const result = await deps.channels[channel].send({ deliveryId: randomUUID(), recipient, message: testMessage });
  return result.type === 'delivered' ? { ok: true, answer: result.providerId } : { ok: false, answer: result.error };
}
