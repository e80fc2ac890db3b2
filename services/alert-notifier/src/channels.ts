// The channels this installation has, as its configuration says.
import type { Channel } from '@gatehouse/alerting/limits';
import { type ChannelClient, unconfigured } from './channel.client.ts';
import type { AlertNotifierConfig } from './config.ts';
import { emailClient } from './email.client.ts';
import { smsClient } from './sms.client.ts';
import { webhookClient } from './webhook.client.ts';

function smsOf(config: AlertNotifierConfig): ChannelClient {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from } = config;
  if (!accountSid || !authToken || !from) {
    return unconfigured('set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM');
  }
  return smsClient({ accountSid, authToken, from, baseUrl: config.TWILIO_BASE_URL });
}

/** One client per channel; those not set up refuse with the remedy. */
export function channelsOf(config: AlertNotifierConfig, now: () => Date): Record<Channel, ChannelClient> {
  return {
    email: config.SMTP_URL ? emailClient(config.SMTP_URL, config.MAIL_FROM) : unconfigured('set SMTP_URL'),
    sms: smsOf(config),
    webhook:
      config.WEBHOOK_SECRET.length > 0 ? webhookClient(config.WEBHOOK_SECRET, now) : unconfigured('set WEBHOOK_SECRET'),
  };
}
