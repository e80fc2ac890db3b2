// The alert text message: one GSM-7 segment, nothing about persons or files.
import type { Notice } from './notice.ts';
import { severityWords } from './words.ts';

/** Septets of one segment (3GPP TS 23.038). */
export const smsSegment = 160;

const basic = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Characters that take an escape: two septets each. */
const extended = new Set('^{}\\[~]|€');

/** Length in septets; undefined when a character is outside GSM-7 (the message would become UCS-2). */
export function gsm7Length(text: string): number | undefined {
  let length = 0;
  for (const sign of text) {
    if (basic.has(sign)) length += 1;
    else if (extended.has(sign)) length += 2;
    else return undefined;
  }
  return length;
}

/** Text in GSM-7: accents that it lacks are dropped, dashes and quotes made plain, the rest becomes `?`. */
export function toGsm7(text: string): string {
  const plain = text
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201c-\u201e]/g, '"')
    .replace(/…/g, '...')
    .replace(/\s+/g, ' ');
  return [...plain.normalize('NFC')].map(gsm7Sign).join('').trim();
}

function gsm7Sign(sign: string): string {
  if (basic.has(sign) || extended.has(sign)) return sign;
  const base = sign.normalize('NFD').replace(/\p{M}+/gu, '');
  return base.length === 1 && basic.has(base) ? base : '?';
}

/** The beginning of `text` (already GSM-7) that fits into `room` septets, with `..` where it was cut. */
function fit(text: string, room: number): string {
  if ((gsm7Length(text) ?? 0) <= room) return text;
  let kept = '';
  for (const sign of text) {
    if ((gsm7Length(kept + sign) ?? 0) > room - 2) break;
    kept += sign;
  }
  return `${kept}..`;
}

/** A policy name that itself carries an address or a file name is not repeated in a text message. */
function isPersonal(text: string): boolean {
  return /[^\s@]+@[^\s@]+|\S\.[a-z0-9]{2,4}\b/i.test(text);
}

/** Severity, policy, count, link; the policy name gives way first, then the link. */
export function renderAlertSms(notice: Notice): string {
  const head = `Gatehouse ${severityWords[notice.severity].toUpperCase()} alert`;
  const count = notice.lastWithinLimit ? ` #${notice.position} today, last within limit` : ` #${notice.position} today`;
  const link = gsm7Length(notice.link) === undefined ? '' : ` ${notice.link}`;
  const whole = `${head}${count}.${link}`;
  const tail = (gsm7Length(whole) ?? smsSegment + 1) <= smsSegment ? `.${link}` : `. ${notice.referenceId}`;
  const name = isPersonal(notice.policyName) ? '' : toGsm7(notice.policyName);
  const room = smsSegment - (gsm7Length(`${head}:  ${count}${tail}`) ?? 0);
  return name === '' || room < 8 ? `${head}${count}${tail}` : `${head}: ${fit(name, room)}${count}${tail}`;
}

/** The text of a digest: totals only. */
export function renderDigestSms(policyName: string, day: string, sent: number, suppressed: number): string {
  const tail = ` on ${day} UTC: ${sent} sent, ${suppressed} suppressed.`;
  const head = 'Gatehouse digest';
  const name = isPersonal(policyName) ? '' : toGsm7(policyName);
  const room = smsSegment - head.length - 2 - tail.length;
  return name === '' ? `${head}${tail}` : `${head}: ${fit(name, room)}${tail}`;
}
