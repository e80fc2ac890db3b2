// The message after 00:00 UTC that accounts for every match of a policy that went over its limit.
import { type EmailMessage, mailHtml } from './email.ts';
import { plainLine } from './plain-line.ts';

export type DigestFacts = {
  readonly policyName: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly day: string;
  readonly sent: number;
  readonly suppressed: number;
  readonly topUsers: readonly Ranked[];
  readonly topApps: readonly Ranked[];
  /** Opens the policy's alerts in the portal. */
  readonly link: string;
};
export type Ranked = { readonly name: string; readonly count: number };

function ranking(entries: readonly Ranked[]): string {
  return entries.map((entry) => `${plainLine(entry.name, 80)} (${entry.count})`).join(', ');
}

/** Sent, suppressed and their sum, top users, top apps. */
export function renderDigestEmail(facts: DigestFacts): EmailMessage {
  const name = plainLine(facts.policyName);
  const heading = `Daily digest – ${name} – ${facts.day} (UTC)`;
  const rows: [string, string][] = [
    ['Matched', String(facts.sent + facts.suppressed)],
    ['Alerts sent', String(facts.sent)],
    ['Suppressed', String(facts.suppressed)],
    ['Top users', ranking(facts.topUsers)],
    ['Top apps', ranking(facts.topApps)],
  ];
  const text = rows.map(([key, value]) => `${key}: ${value}`).join('\n');
  return {
    subject: plainLine(
      `[Digest] ${facts.sent} sent, ${facts.suppressed} suppressed – policy "${name}" – ${facts.day}`,
      180,
    ),
    text: `${heading}\n\n${text}\n\nOpen the alerts: ${facts.link}\n`,
    html: mailHtml(heading, rows, '', { href: facts.link, label: 'Open the alerts' }),
  };
}
