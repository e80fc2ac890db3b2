// Varied downloads and logins for the proof that replay and enforcement agree: 240 files, 40 logins.
import type { ContentMatch } from '@gatehouse/contracts/decision';
import type { InspectionResult, LabelReading } from '@gatehouse/contracts/inspection';
import { scan } from '@gatehouse/dlp/scan';

export type Sent = {
  readonly name: string;
  readonly path: string;
  readonly user: number;
  readonly headers: Readonly<Record<string, string>>;
};

/** Users as sign-in would have put them into sessions. */
export const users = [
  { user: 'mia@acme.example', groups: ['Marketing'], deviceTags: [] },
  { user: 'max@acme.example', groups: ['Marketing', 'externalUsers'], deviceTags: ['compliant'] },
  { user: 'sam@acme.example', groups: ['Sales'], deviceTags: ['domainJoined'] },
  { user: 'eve@partner.example', groups: [], deviceTags: [] },
  { user: 'kim@acme.example', groups: ['Sales'], deviceTags: ['compliant', 'validClientCertificate'] },
] as const;

export const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/49.0.2623.112 Safari/537.36',
  'curl/8.5.0',
] as const;

const texts = [
  'Lunch is at noon, bring nothing.',
  'Customer SSN: 536-22-8745',
  'Pay IBAN DE89 3704 0044 0532 0130 00 by Friday',
  'Card number 4111 1111 1111 1111, SSN 536-22-8745',
  'Write to ann@acme.example about it',
] as const;
/** Stands in the bytes: how the scanner fares with them. */
const outcomes = ['', '', '', 'ENCRYPTED', 'TIMEOUT', 'CORRUPT', 'PARTIAL', 'DOWN', 'GARBAGE'] as const;
const labels = ['', '', 'Confidential', 'Internal', 'UNREADABLE'] as const;
const extensions = ['txt', 'csv', 'docx', 'xls', 'pdf'] as const;
const sizes = [40, 2_000, 30_000, 60_000] as const;

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** `n` names the file's bytes: the app makes them from the number alone. */
export function bytesOf(n: number): Buffer {
  const head = `${at(texts, n)} outcome=${at(outcomes, Math.floor(n / 5))} label=${at(labels, Math.floor(n / 3))} `;
  return Buffer.concat([Buffer.from(head), Buffer.alloc(at(sizes, Math.floor(n / 7)), 'filler words here. ')]);
}

export function downloads(count: number): Sent[] {
  return Array.from({ length: count }, (_, n) => {
    const name = `${n % 4 === 0 ? 'Quarterly report' : 'notes'} ${n}.${at(extensions, Math.floor(n / 2))}`;
    const flags = n % 6 === 0 ? '?chunked' : '';
    return {
      name,
      path: `/files/${n}/${encodeURIComponent(name)}${flags}`,
      user: n % users.length,
      headers: { 'user-agent': at(agents, Math.floor(n / 11)), accept: '*/*', 'sec-fetch-mode': 'navigate' },
    };
  });
}

/** What a scanner would answer; undefined: it breaks off. Only what was asked for is looked for. */
export function scanned(
  bytes: Buffer,
  asked: { readonly types: readonly string[]; readonly readLabel: boolean },
  measured: Pick<InspectionResult, 'size' | 'sha256'>,
): InspectionResult | string | undefined {
  const text = bytes.toString('latin1');
  const state = /outcome=(\w*)/.exec(text)?.[1] ?? '';
  if (state === 'DOWN') return undefined;
  if (state === 'GARBAGE') return '{"outcome":';
  const found = scan(text.slice(0, 200), asked.types, 'text');
  const complete = state === '';
  const matches: ContentMatch[] = complete || state === 'PARTIAL' ? [...found.matches] : [];
  return {
    outcome: outcomeOf(state),
    ...measured,
    detectedType: 'text/plain',
    matches,
    findings: [...found.findings],
    ...(asked.readLabel ? { label: labelOf(text) } : {}),
    scanMs: 1,
  };
}

function outcomeOf(state: string): InspectionResult['outcome'] {
  switch (state) {
    case 'ENCRYPTED':
      return { status: 'encrypted', kind: 'zip' };
    case 'TIMEOUT':
      return { status: 'timeout', stage: 'extract' };
    case 'CORRUPT':
      return { status: 'corrupt', where: 'header' };
    case 'PARTIAL':
      return { status: 'partial', reason: 'tooLarge' };
    default:
      return { status: 'complete' };
  }
}

function labelOf(text: string): LabelReading {
  const name = /label=(\w+)/.exec(text)?.[1];
  if (name === undefined) return { state: 'none', labels: [] };
  if (name === 'UNREADABLE') return { state: 'unreadable', labels: [] };
  return { state: 'labelled', labels: [{ id: '11111111-2222-4333-8444-555555555555', name }] };
}
