// Tickets of real sessions: one per required host, rotated, revoked together.
import { randomBytes } from 'node:crypto';
import { type Session, sessionsBucket } from '@gatehouse/contracts/session';
import { sessionList, sessionRedeem, sessionRevoke, sessionRotate } from '@gatehouse/contracts/session-control';
import { openSession, sealSession, storeKey } from '@gatehouse/session/seal';
import { sealCryptoOf } from '@gatehouse/session/subtle-crypto';
import { newTicket, parseTicket } from '@gatehouse/session/ticket';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, loginOrigin } from './browser.ts';
import { startWorld, until, type World } from './world.ts';

const crypto = sealCryptoOf(globalThis.crypto.subtle);
const host = (name: string) => `${name}.acme.localhost.gatehouse.localhost`;
let world: World;

beforeAll(async () => {
  world = await startWorld();
  const domain = (name: string, required: boolean) => ({ host: `${name}.acme.localhost`, scheme: 'http', required });
  const files = {
    id: 'files',
    name: 'Files',
    identityProviders: ['demo'],
    domains: [domain('files', false), domain('api', true), domain('cdn', true)],
  };
  await world.publish({ apps: [files], assignments: [{ id: '1', app: 'files', everyone: true }] });
  await until(() => (world.signIn.catalogue.current()?.apps.length === 1 ? true : undefined));
}, 120_000);
afterAll(() => world?.stop());

async function signIn(user: string) {
  const browser = new Browser(world.port);
  const query = new URLSearchParams({ app_host: host('files'), return: '/a?x=1' });
  const form = await browser.open(`${loginOrigin}/start?${query}`);
  const notice = await browser.submit(form, { login: user, password: 'demo', device: 'compliant' });
  const landing = new URL((await browser.submit(notice)).url);
  return { host: landing.hostname, code: landing.searchParams.get('code') ?? '' };
}

const redeem = (code: string, at: string) => world.messaging.request(sessionRedeem, { code, host: at });

/** Walks through all hosts as a browser does. */
async function enter(user: string) {
  let step: { host: string; code: string } | undefined = await signIn(user);
  const tickets = new Map<string, string>();
  while (step) {
    const answer = await redeem(step.code, step.host);
    if (answer.type !== 'redeemed') throw new Error('refused');
    tickets.set(step.host, answer.ticket);
    expect(answer.returnTo).toBe('/a?x=1');
    step = answer.next;
  }
  return tickets;
}

const bucket = () => world.messaging.bucket(sessionsBucket);
const keyOf = (ticket: string) => storeKey(crypto, parseTicket(ticket)!.id);
async function recordOf(ticket: string) {
  return (await bucket()).get(await keyOf(ticket));
}
async function sessionOf(ticket: string): Promise<Session | undefined> {
  const record = await recordOf(ticket);
  return record?.state === 'active' ? openSession(crypto, parseTicket(ticket)!, record.sealed) : undefined;
}
async function rotation(ticket: string) {
  const session = (await sessionOf(ticket))!;
  const fresh = newTicket(randomBytes);
  const sealed = await sealSession(crypto, fresh, session, Uint8Array.from(randomBytes(12)));
  const { sessionId } = session;
  return { sessionId, oldKey: await keyOf(ticket), newKey: await storeKey(crypto, fresh.id), sealed };
}

test('every required host gets a ticket of its own before the app opens, the wanted one last', async () => {
  const tickets = await enter('mia@acme.example');
  expect([...tickets.keys()]).toEqual([host('cdn'), host('api'), host('files')]);
  const sessions = await Promise.all([...tickets.values()].map(sessionOf));
  expect(sessions.map((each) => each?.host)).toEqual([...tickets.keys()]);
  expect(new Set(sessions.map((each) => each?.sessionId)).size).toBe(1);
  expect(sessions[0]).toMatchObject({ signedInFrom: '203.0.113.9', ticketIssuedAt: expect.any(String) });
});

test('a code of the way is good at its own host only', async () => {
  const { code } = await signIn('mia@acme.example');
  expect(await redeem(code, host('files'))).toEqual({ type: 'refused' });
  expect(await redeem(code, host('cdn'))).toEqual({ type: 'refused' });
});

test('of many rotations of one ticket at once, one succeeds; the old opens through its grace', async () => {
  const ticket = (await enter('max@acme.example')).get(host('files'))!;
  const tries = await Promise.all(Array.from({ length: 8 }, () => rotation(ticket)));
  const answers = await Promise.all(tries.map((each) => world.messaging.request(sessionRotate, each)));
  expect(answers.filter(({ rotated }) => rotated)).toHaveLength(1);
  expect(await recordOf(ticket)).toMatchObject({ state: 'active', graceUntil: expect.any(String) });
  const made = tries[answers.findIndex(({ rotated }) => rotated)]!;
  expect(await (await bucket()).get(made.newKey)).toMatchObject({ state: 'active', sealed: made.sealed });
  await world.signIn.sessions.tickets.sweep(Date.now());
  expect(await recordOf(ticket)).toBeDefined();
  await world.signIn.sessions.tickets.sweep(Date.now() + 61_000);
  expect(await recordOf(ticket)).toBeUndefined();
  expect(await (await bucket()).get(made.newKey)).toMatchObject({ state: 'active' });
});

test('revocation ends every ticket, rotated ones in their grace included', async () => {
  const tickets = await enter('max@acme.example');
  const [first = ''] = tickets.values();
  const made = await rotation(first);
  expect(await world.messaging.request(sessionRotate, made)).toEqual({ rotated: true });
  await world.messaging.request(sessionRevoke, { sessionId: made.sessionId, by: 'ada' });
  for (const ticket of tickets.values()) expect(await recordOf(ticket)).toMatchObject({ state: 'revoked' });
  expect(await (await bucket()).get(made.newKey)).toMatchObject({ state: 'revoked' });
});

test('nobody rotates what is revoked, foreign or unknown', async () => {
  const [mine = ''] = (await enter('mia@acme.example')).values();
  const [theirs = ''] = (await enter('max@acme.example')).values();
  const good = await rotation(mine);
  const other = await rotation(theirs);
  const ask = (change: object) => world.messaging.request(sessionRotate, { ...good, ...change });
  expect(await ask({ sessionId: other.sessionId })).toEqual({ rotated: false });
  expect(await ask({ oldKey: 'f'.repeat(64) })).toEqual({ rotated: false });
  expect(await (await bucket()).get(good.newKey)).toBeUndefined();
  await world.messaging.request(sessionRevoke, { user: 'mia@acme.example', by: 'ada' });
  expect(await ask({})).toEqual({ rotated: false });
  expect(await (await bucket()).get(good.newKey)).toBeUndefined();
});

test('the end of a session takes its tickets along', async () => {
  const tickets = await enter('mia@acme.example');
  expect((await world.messaging.request(sessionList, { user: 'mia@acme.example' })).sessions).toHaveLength(1);
  await world.signIn.sessions.sweep(Date.now() + 30 * 24 * 3_600_000);
  for (const ticket of tickets.values()) expect(await recordOf(ticket)).toBeUndefined();
});
