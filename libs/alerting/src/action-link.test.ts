import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { alertLinks, type LinkClaims, linkLifeMs, readLinkToken, writeLinkToken } from './action-link.ts';

const macOf = (secret: string) => (text: string) => createHmac('sha256', secret).update(text).digest('base64url');
const mac = macOf('right');
const same = (a: string, b: string) => a === b;
const now = new Date('2026-03-01T10:00:00Z');
const claims: LinkClaims = {
  action: 'acknowledge',
  alertId: '0198c2b0-1111-7000-8000-000000000001',
  recipient: 'sören@example.com',
  expires: now.getTime() + 1_000,
};
const token = writeLinkToken(claims, mac);
const [body = '', signature = ''] = token.split('.');
const changed = (change: object) =>
  `${Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url')}.${signature}`;

describe('alert links', () => {
  it('come back as they were written', () => {
    expect(readLinkToken(token, mac, same, now)).toEqual({ type: 'valid', claims });
    expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
  });

  it.each([
    ['another action', changed({ action: 'snooze' })],
    ['another alert', changed({ alertId: '0198c2b0-1111-7000-8000-000000000002' })],
    ['another recipient', changed({ recipient: 'eve@example.com' })],
    ['a later end', changed({ expires: claims.expires + 1 })],
    ['another secret', writeLinkToken(claims, macOf('wrong'))],
    ['a signature of the bare body', `${body}.${mac(body)}`],
    ['no signature', body],
    ['an empty signature', `${body}.`],
    ['three parts', `${token}.x`],
    ['nothing', ''],
    ['signed text that is no JSON', `!!.${mac('gatehouse-alert-link:v1:!!')}`],
    ['signed JSON of another shape', writeLinkToken({ ...claims, admin: true } as LinkClaims, mac)],
  ])('are refused with %s', (_, forged) =>
    expect(readLinkToken(forged, mac, same, now)).toEqual({ type: 'refused', cause: 'invalid' }),
  );

  it('expire', () => {
    const at = (ms: number) => readLinkToken(token, mac, same, new Date(now.getTime() + ms));
    expect([at(999).type, at(1_000)]).toEqual(['valid', { type: 'refused', cause: 'expired' }]);
  });

  it('are one per action, for a week', () => {
    const mail = { alertId: claims.alertId, recipient: claims.recipient };
    const links = alertLinks('https://portal.example.com/', mail, now, mac);
    for (const [action, link] of Object.entries(links)) {
      const reading = readLinkToken(new URL(link).searchParams.get('token') ?? '', mac, same, now);
      expect(reading).toMatchObject({ type: 'valid', claims: { action, expires: now.getTime() + linkLifeMs } });
    }
  });
});
