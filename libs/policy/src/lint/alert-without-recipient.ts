// An alert that is sent to nobody is found by nobody in time.
import type { Rule } from './rule.ts';

export const alertWithoutRecipient: Rule = {
  id: 'alert-without-recipient',
  severity: 'warning',
  check: ({ policy }, _, { defaultRecipients = 0 }) => {
    const { enabled, email, sms, webhook } = policy.alerts;
    if (!enabled || email.length + sms.length + webhook.length + defaultRecipients > 0) return [];
    const message = 'Alerts are on, but nobody receives them: they only show in the portal.';
    return [
      { path: 'alerts', message, remedy: 'Add an e-mail address, a phone number or a webhook, or switch alerts off.' },
    ];
  },
};
