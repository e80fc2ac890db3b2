// Identity and retries of one message to one recipient.

/** Retries stop after this: an alert a day old is in the digest and the portal. */
export const giveUpMs = 24 * 3_600_000;

const firstDelayMs = 5_000;
const longestDelayMs = 10 * 60_000;

/** Milliseconds to the next attempt after `attempts` failed ones: 5 s doubling to 10 min, ± 20 % by `random` (0–1). */
export function retryDelayMs(attempts: number, random: number): number {
  const delay = Math.min(firstDelayMs * 2 ** Math.max(0, attempts - 1), longestDelayMs);
  return Math.round(delay * (0.8 + 0.4 * random));
}

/** RFC 5322 Message-ID, the same for every attempt, so that a repeat is recognised as one. */
export function messageIdOf(deliveryId: string, mailFrom: string): string {
  return `<${deliveryId}@${domainOf(mailFrom)}>`;
}

/** Message-ID that all mails of a policy and day refer to: mail programs then show them as one thread. */
export function threadIdOf(policyId: string, day: string, mailFrom: string): string {
  return `<${policyId.replace(/[^A-Za-z0-9-]/g, '-')}.${day}@${domainOf(mailFrom)}>`;
}

function domainOf(mailFrom: string): string {
  return /@([A-Za-z0-9.-]+)/.exec(mailFrom)?.[1] ?? 'gatehouse.invalid';
}
