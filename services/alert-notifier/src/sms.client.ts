// SMS by Twilio's own client, loaded on the first message (203 ms, 21 MB that most installations never need).
import { plainLine } from '@gatehouse/alerting/plain-line';
import { z } from 'zod';
import { type ChannelClient, type SendRequest, type SendResult, sendTimeoutMs } from './channel.client.ts';

export type TwilioAccount = {
  readonly accountSid: string;
  readonly authToken: string;
  readonly from: string;
  readonly baseUrl: string;
};

const twilioErrorSchema = z.object({
  message: z.string(),
  status: z.number().optional(),
  code: z.union([z.number(), z.string()]).optional(),
});

function refusal(error: unknown): SendResult {
  const known = twilioErrorSchema.safeParse(error).data;
  // 401, 403: our account; 429: too fast. Everything else that Twilio calls our fault stays so for this number.
  const status = known?.status ?? 0;
  const permanent = status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
  const code = known?.code === undefined ? '' : `${known.code}: `;
  return { type: 'refused', permanent, error: plainLine(`${code}${known?.message ?? 'unknown error'}`, 300) };
}

async function connect(account: TwilioAccount) {
  const { default: twilio } = await import('twilio');
  const client = twilio(account.accountSid, account.authToken, { timeout: sendTimeoutMs });
  client.api.baseUrl = account.baseUrl;
  return client;
}

/** Sends with the account's own number; the provider id is Twilio's message sid. */
export function smsClient(account: TwilioAccount): ChannelClient {
  let connected: ReturnType<typeof connect> | undefined;
  const send = async (request: SendRequest): Promise<SendResult> => {
    try {
      connected ??= connect(account);
      const client = await connected;
      const { sid } = await client.messages.create({
        to: request.recipient,
        from: account.from,
        body: request.message.text,
      });
      return { type: 'delivered', providerId: sid };
    } catch (error) {
      return refusal(error);
    }
  };
  return { send, close: () => Promise.resolve() };
}
