import { expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { formatTicket, newTicket, parseTicket } from './ticket.ts';

let next = 0;
const random = (bytes: number) => Uint8Array.from({ length: bytes }, () => next++ % 256);

test('a ticket survives its cookie', () => {
  const ticket = newTicket(random);
  expect(parseTicket(formatTicket(ticket))).toEqual(ticket);
  expect(formatTicket(ticket)).toHaveLength(87);
});

test('a generator that gives too few bytes is refused', () => {
  expect(() => newTicket(() => new Uint8Array(31))).toThrow(RangeError);
});

test.each([
  '',
  '.',
  'a.b',
  `${'A'.repeat(43)}`,
  `${'A'.repeat(43)}.${'!'.repeat(43)}`,
  `${'A'.repeat(42)}B.${'A'.repeat(43)}`,
])('not a ticket: %j', (value) => {
  expect(parseTicket(value)).toBeUndefined();
});

test('base64url has one spelling', () => {
  expect(toBase64Url(Uint8Array.of(251, 255))).toBe('-_8');
  expect(fromBase64Url('-_8')).toEqual(Uint8Array.of(251, 255));
  for (const text of ['-_9', '-_8=', '+/8', 'a', 'é']) expect(fromBase64Url(text)).toBeUndefined();
});
