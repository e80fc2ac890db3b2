// Webhooks, signed as Standard Webhooks say (standardwebhooks.com).
import { createHmac } from 'node:crypto';
import { plainLine } from '@gatehouse/alerting/plain-line';
import { webhookHeaders } from '@gatehouse/alerting/webhook';
import { type ChannelClient, type SendRequest, type SendResult, sendTimeoutMs } from './channel.client.ts';

function hmac(secret: string, text: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(text).digest('base64');
}

/** Alerts name people and files: plain http only to this machine. */
function isAcceptable(address: string): boolean {
  const url = URL.parse(address);
  if (url?.protocol === 'https:') return true;
  return url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
}

async function post(request: SendRequest, secrets: readonly string[], now: () => Date): Promise<SendResult> {
  const body = request.message.text;
  const seconds = Math.floor(now().getTime() / 1000);
  const answer = await fetch(request.recipient, {
    method: 'POST',
    // A redirect could lead anywhere: it counts as a refusal.
    redirect: 'manual',
    signal: AbortSignal.timeout(sendTimeoutMs),
    headers: {
      'content-type': 'application/json',
      ...webhookHeaders(request.deliveryId, seconds, body, secrets, hmac),
    },
    body,
  });
  await answer.body?.cancel();
  if (answer.ok) return { type: 'delivered', providerId: `HTTP ${answer.status}` };
  const permanent = answer.status < 500 && answer.status !== 408 && answer.status !== 429;
  return { type: 'refused', permanent, error: `HTTP ${answer.status}` };
}

/** Posts the stored JSON body; the webhook id is the delivery id, the same at every attempt. */
export function webhookClient(secrets: readonly string[], now: () => Date): ChannelClient {
  return {
    send: async (request) => {
      if (!isAcceptable(request.recipient)) return { type: 'refused', permanent: true, error: 'address is not https' };
      try {
        return await post(request, secrets, now);
      } catch (error) {
        return {
          type: 'refused',
          permanent: false,
          error: plainLine(error instanceof Error ? error.message : 'unreachable', 300),
        };
      }
    },
    close: () => Promise.resolve(),
  };
}
