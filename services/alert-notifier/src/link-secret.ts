// The key of signed links in e-mails.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Mac } from '@gatehouse/alerting/action-link';

export function linkMac(secret: string): Mac {
  return (text) => createHmac('sha256', secret).update(text).digest('base64url');
}

/** Equal, without telling by time where two signatures differ. */
export function sameText(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}
