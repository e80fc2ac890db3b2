// SMTP by nodemailer.
import { messageIdOf } from '@gatehouse/alerting/delivery';
import { plainLine } from '@gatehouse/alerting/plain-line';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { type ChannelClient, type SendRequest, type SendResult, sendTimeoutMs } from './channel.client.ts';

const smtpErrorSchema = z.object({
  message: z.string(),
  code: z.string().optional(),
  responseCode: z.number().optional(),
  response: z.string().optional(),
});

function refusal(error: unknown): SendResult {
  const known = smtpErrorSchema.safeParse(error).data;
  const answer = known?.response ?? known?.message ?? 'unknown error';
  // 5xx is final for this message, but a refused login is about us, not about the recipient.
  const permanent = (known?.responseCode ?? 0) >= 500 && known?.code !== 'EAUTH';
  return { type: 'refused', permanent, error: plainLine(answer, 300) };
}

function mailOf(request: SendRequest, from: string) {
  const { message } = request;
  return {
    from,
    // An object, not text: an address can never turn into a list of addresses.
    to: { name: '', address: request.recipient },
    subject: plainLine(message.subject),
    text: message.text,
    ...(message.html === '' ? {} : { html: message.html }),
    messageId: messageIdOf(request.deliveryId, from),
    ...(message.threadId === '' ? {} : { references: message.threadId, inReplyTo: message.threadId }),
    // RFC 3834: keeps vacation notices away.
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(message.unsubscribe
        ? {
            // RFC 2369 and RFC 8058: mail programs offer it as a button, and POST only when it is pressed.
            'List-Unsubscribe': { prepared: true, value: `<${message.unsubscribe}>` },
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          }
        : {}),
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Connects on first use; the pool reopens by itself. */
export function emailClient(smtpUrl: string, from: string): ChannelClient {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 4,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: sendTimeoutMs,
  });
  return {
    send: (request) =>
      transport
        .sendMail(mailOf(request, from))
        .then((info): SendResult => ({ type: 'delivered', providerId: plainLine(info.response, 200) }), refusal),
    close: () => Promise.resolve(transport.close()),
  };
}
