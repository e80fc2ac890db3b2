// What every channel can do: send one message, and say whether trying again may help.
import type { StoredMessage } from './delivery.store.ts';

export type SendRequest = {
  readonly deliveryId: string;
  readonly recipient: string;
  readonly message: StoredMessage;
};

export type SendResult =
  | { readonly type: 'delivered'; readonly providerId: string }
  /** `permanent`: the provider will never take this message for this recipient. */
  | { readonly type: 'refused'; readonly permanent: boolean; readonly error: string };

export type ChannelClient = {
  send(request: SendRequest): Promise<SendResult>;
  close(): Promise<void>;
};

/** Longest wait for a provider; far below the lease of a claimed delivery. */
export const sendTimeoutMs = 20_000;

/** A channel the operator has not set up: messages end at once, with the reason in the delivery log. */
export function unconfigured(remedy: string): ChannelClient {
  const error = `not configured: ${remedy}`;
  return {
    send: () => Promise.resolve({ type: 'refused', permanent: true, error }),
    close: () => Promise.resolve(),
  };
}
