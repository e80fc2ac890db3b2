// Step-up and warnings as sign-in does them, with a real provider; the edge's part is played over its real subjects.
import { inflateRawSync } from 'node:zlib';
import { type Interruption, interruptionOpen, interruptionPass } from '@gatehouse/contracts/interruption';
import { type Session, sessionsBucket } from '@gatehouse/contracts/session';
import { sessionRedeem, sessionRevoke } from '@gatehouse/contracts/session-control';
import { openSession, storeKey } from '@gatehouse/session/seal';
import { sealCryptoOf } from '@gatehouse/session/subtle-crypto';
import { parseTicket } from '@gatehouse/session/ticket';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hashOf } from '../src/secret-token.ts';
import { Browser, loginOrigin, type Step } from './browser.ts';
import { accessPolicy, startWorld, until, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.stop());
beforeEach(() => {
  world.pdp.policies = [];
});

const host = 'files.acme.localhost.gatehouse.localhost';
const origin = `http://${host}:8080`;
const crypto = sealCryptoOf(globalThis.crypto.subtle);
type Person = { readonly browser: Browser; readonly session: Session; readonly ticket: string };

async function recordOf(ticket: string) {
  return (await world.messaging.bucket(sessionsBucket)).get(await storeKey(crypto, parseTicket(ticket)!.id));
}

async function sessionOf(ticket: string): Promise<Session> {
  const record = await recordOf(ticket);
  const session = record?.state === 'active' && (await openSession(crypto, parseTicket(ticket)!, record.sealed));
  if (!session) throw new Error('no live session');
  return session;
}

const codeOf = (step: Step) => new URL(step.url).searchParams.get('code') ?? '';

async function enter(login = 'mia@acme.example'): Promise<Person> {
  const browser = new Browser(world.port);
  const form = await browser.open(`${loginOrigin}/start?${new URLSearchParams({ app_host: host, return: '/' })}`);
  const landing = await browser.submit(await browser.submit(form, { login, password: 'demo', device: 'unmanaged' }));
  const answer = await world.messaging.request(sessionRedeem, { code: codeOf(landing), host });
  if (answer.type !== 'redeemed') throw new Error('refused');
  return { browser, session: await sessionOf(answer.ticket), ticket: answer.ticket };
}

async function interrupt(session: Session, change: Partial<Interruption> = {}): Promise<string> {
  const { flow } = await world.messaging.request(interruptionOpen, {
    ask: { type: 'stepUp', authnContext: ['mfa'] },
    session,
    host,
    target: '/download?file=Q3%20plan.docx&v=2',
    back: '/folders/documents?sort=name',
    decision: 'p1@1',
    fileName: 'Q3 <plan>.docx',
    referenceId: 'GH-7K3M-9QXT',
    matched: [
      { id: 'p1', version: 1, name: 'Step up', severity: 'high', action: 'stepUp', result: 'won', alert: true },
    ],
    ...change,
  });
  return flow;
}

/** Through the page to the provider: password, then `second`. */
async function stepUp(browser: Browser, flow: string, second: 'code' | 'skip', login = 'mia@acme.example') {
  const page = await browser.open(`${loginOrigin}/step-up?flow=${flow}`);
  expect(page.html).toContain('Q3 &lt;plan&gt;.docx');
  const form = await browser.open(`${loginOrigin}/step-up/go?flow=${flow}`);
  const code = await browser.submit(form, { login, password: 'demo', device: 'unmanaged' });
  expect(code.html).toContain('authenticator');
  return browser.submit(code, { second, code: '123456' });
}

const redeem = (step: Step, sessionId?: string) =>
  world.messaging.request(sessionRedeem, { code: codeOf(step), host, ...(sessionId ? { sessionId } : {}) });

/** Refused with a page, recorded, and the session is as it was. */
async function expectFailed(step: Step, person: Person, cause: string): Promise<void> {
  expect(step.status).toBe(403);
  const reference = /GH-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(step.html)?.[0];
  const row = await until(() => world.activities.find((one) => one.referenceId === reference));
  expect(row).toMatchObject({ appliedAction: 'stepUpFailed', cause, bytesDown: 0, activityType: 'download' });
  expect(row).toMatchObject({ sessionId: person.session.sessionId, object: { name: 'Q3 <plan>.docx' } });
  expect(row.matchedPolicies).toMatchObject([{ id: 'p1', alert: false }]);
  expect((await sessionOf(person.ticket)).authContexts).toEqual(person.session.authContexts);
}

/** The old ticket opens nothing from now on; the session itself goes on. */
async function expectSuperseded(ticket: string): Promise<void> {
  const record = await recordOf(ticket);
  const graceUntil = record?.state === 'active' ? record.graceUntil : undefined;
  expect(Date.parse(graceUntil ?? '')).toBeLessThanOrEqual(Date.now());
}

test('a second factor rotates the session and goes on with the same download', async () => {
  const mia = await enter();
  const landing = await stepUp(mia.browser, await interrupt(mia.session), 'code');
  expect(landing.url).toMatch(new RegExp(`^${origin}/\\.gatehouse/session\\?code=[\\w-]{43}$`));
  expect(mia.browser.requested.find((url) => url.includes('/auth?'))).toBeDefined();
  const asked = new URL(mia.browser.requested.findLast((url) => url.includes('/auth?'))!).searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({ acr_values: 'mfa', max_age: '0', prompt: 'login' });
  // Until the browser of the session comes for it, nothing has changed.
  expect((await recordOf(mia.ticket))?.state).toBe('active');
  const answer = await redeem(landing, mia.session.sessionId);
  if (answer.type !== 'redeemed') throw new Error('refused');
  expect(answer.returnTo).toBe('/download?file=Q3%20plan.docx&v=2');
  await expectSuperseded(mia.ticket);
  const after = await sessionOf(answer.ticket);
  expect(after.sessionId).toBe(mia.session.sessionId);
  expect(after.authContexts?.at(-1)).toMatchObject({ acr: ['mfa'], amr: ['pwd', 'otp', 'mfa'] });
  expect(Date.now() - Date.parse(after.authContexts?.at(-1)?.authTime ?? '')).toBeLessThan(60_000);
  const passed = await until(() => world.activities.find((one) => one.appliedAction === 'stepUpPassed'));
  expect(passed).toMatchObject({ sessionId: mia.session.sessionId, activityType: 'download' });
  await world.messaging.request(sessionRevoke, { sessionId: mia.session.sessionId, by: 'test' });
  expect((await recordOf(answer.ticket))?.state).toBe('revoked');
});

test('a browser sees that its download starts, with the way back and the fragment kept', async () => {
  const mia = await enter();
  const browser = new Browser(world.port, { 'sec-fetch-dest': 'document', 'accept-language': 'de' });
  const flow = await interrupt(mia.session, { message: 'Bitte bestätigen:\n<b>{fileName}</b>' });
  const page = await browser.open(`${loginOrigin}/step-up?flow=${flow}`);
  expect(page.html).toContain('Bestätigen Sie, dass Sie es sind');
  expect(page.html).toContain('Bitte bestätigen:\n&lt;b&gt;{fileName}&lt;/b&gt;');
  expect(page.html).toContain('<script src="/assets/carry.js"></script>');
  const away = await browser.open(`${loginOrigin}/step-up/go?flow=${flow}`);
  const form = await browser.open(/data-to="([^"]+)"/.exec(away.html)![1]!.replaceAll('&amp;', '&'));
  const code = await browser.submit(form, { login: 'mia@acme.example', password: 'demo', device: 'unmanaged' });
  const done = await browser.submit(code, { second: 'code', code: '123456' });
  expect(done.html).toContain('Ihr Download beginnt');
  expect(done.html).toMatch(/data-to="[^"]+\/\.gatehouse\/session\?code=[\w-]{43}" data-restore="gatehouse-hash-/);
  expect(done.html).toContain(`href="${origin}/folders/documents?sort=name"`);
});

describe('through SAML', () => {
  const docs = 'docs.acme.localhost.gatehouse.localhost';
  const mfa = 'https://refeds.org/profile/mfa';
  const person = { login: 'mia@acme.example', password: 'demo', device: 'compliant' };

  async function enterDocs(): Promise<Person> {
    const browser = new Browser(world.port);
    const form = await browser.open(`${loginOrigin}/start?${new URLSearchParams({ app_host: docs, return: '/' })}`);
    const landing = await browser.submit(await browser.submit(await browser.submit(form, person)));
    const answer = await world.messaging.request(sessionRedeem, { code: codeOf(landing), host: docs });
    if (answer.type !== 'redeemed') throw new Error('refused');
    return { browser, session: await sessionOf(answer.ticket), ticket: answer.ticket };
  }

  async function stepUpDocs({ browser, session }: Person, context: string): Promise<Step> {
    const ask: Interruption['ask'] = { type: 'stepUp', authnContext: [context] };
    const flow = await interrupt(session, { ask, host: docs });
    const form = await browser.open(`${loginOrigin}/step-up/go?flow=${flow}`);
    const request = new URL(browser.requested.findLast((url) => url.includes('/saml/sso')) ?? '');
    const xml = inflateRawSync(Buffer.from(request.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    expect(xml).toMatch(/ForceAuthn="true"/);
    expect(xml).toContain(`AuthnContextClassRef>${context}<`);
    return browser.submit(await browser.submit(form, person));
  }

  test('the RequestedAuthnContext is asked for, proven, and the download goes on', async () => {
    const mia = await enterDocs();
    const landing = await stepUpDocs(mia, mfa);
    const code = { code: codeOf(landing), host: docs, sessionId: mia.session.sessionId };
    const answer = await world.messaging.request(sessionRedeem, code);
    if (answer.type !== 'redeemed') throw new Error('refused');
    expect((await sessionOf(answer.ticket)).authContexts?.at(-1)?.acr).toEqual([mfa]);
    await expectSuperseded(mia.ticket);
  });

  test('another context than the one asked for is refused', async () => {
    const mia = await enterDocs();
    const step = await stepUpDocs(mia, 'urn:hardware');
    await expectFailed(
      step,
      mia,
      'the authentication context is urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
    );
  });
});

describe('attacks on step-up', () => {
  test('a weak context is refused', async () => {
    const mia = await enter();
    const step = await stepUp(mia.browser, await interrupt(mia.session), 'skip');
    expect(step.html).toContain('The download was not released');
    await expectFailed(step, mia, 'the authentication context is pwd');
  });

  test('another user cannot step up in place of the owner', async () => {
    const [mia, max] = [await enter(), await enter('max@acme.example')];
    const step = await stepUp(max.browser, await interrupt(mia.session), 'code', 'max@acme.example');
    await expectFailed(step, mia, 'another user signed in');
  });

  test('a step-up made in another browser gives that browser nothing', async () => {
    const mia = await enter();
    const elsewhere = new Browser(world.port);
    const landing = await stepUp(elsewhere, await interrupt(mia.session), 'code');
    expect(await redeem(landing)).toEqual({ type: 'refused' });
    expect((await sessionOf(mia.ticket)).authContexts).toEqual(mia.session.authContexts);
  });

  test("a step-up of one session is no step-up of the user's other session", async () => {
    const [one, two] = [await enter(), await enter()];
    const landing = await stepUp(one.browser, await interrupt(one.session), 'code');
    expect(await redeem(landing, two.session.sessionId)).toEqual({ type: 'refused' });
    expect((await recordOf(one.ticket))?.state).toBe('active');
  });

  test('a flow that was made up, or is used up, leads nowhere', async () => {
    const mia = await enter();
    const flow = await interrupt(mia.session);
    for (const forged of ['', 'x'.repeat(43), `${flow}x`, hashOf(flow)]) {
      expect((await mia.browser.open(`${loginOrigin}/step-up?flow=${forged}`)).status).toBe(404);
      expect((await mia.browser.open(`${loginOrigin}/step-up/go?flow=${forged}`)).status).toBe(404);
    }
    await stepUp(mia.browser, flow, 'skip');
    expect((await mia.browser.open(`${loginOrigin}/step-up/go?flow=${flow}`)).status).toBe(404);
  });

  test('two returns of one flow release once', async () => {
    const mia = await enter();
    const flow = await interrupt(mia.session);
    const [one, two] = [new Browser(world.port), new Browser(world.port)];
    const begin = async (browser: Browser) => {
      const form = await browser.open(`${loginOrigin}/step-up/go?flow=${flow}`);
      return browser.submit(form, { login: 'mia@acme.example', password: 'demo', device: 'unmanaged' });
    };
    const [first, second] = [await begin(one), await begin(two)];
    const done = await one.submit(first, { second: 'code', code: '123456' });
    expect((await redeem(done, mia.session.sessionId)).type).toBe('redeemed');
    expect(await redeem(done, mia.session.sessionId)).toEqual({ type: 'refused' });
    const again = await two.submit(second, { second: 'code', code: '123456' });
    expect(again.status).toBe(403);
  });

  test('a session that was revoked meanwhile does not come back', async () => {
    const mia = await enter();
    const landing = await stepUp(mia.browser, await interrupt(mia.session), 'code');
    await world.messaging.request(sessionRevoke, { sessionId: mia.session.sessionId, by: 'test' });
    expect(await redeem(landing, mia.session.sessionId)).toEqual({ type: 'refused' });
    const later = await stepUp(mia.browser, await interrupt(mia.session), 'code');
    expect(later.status).toBe(403);
    expect(later.html).not.toContain('code=');
  });

  test('a user whom access policies block by now is not released', async () => {
    const mia = await enter();
    const flow = await interrupt(mia.session);
    world.pdp.policies = [accessPolicy('Closed', [{ field: 'app', operator: 'equals', values: ['files'] }])];
    expect((await stepUp(mia.browser, flow, 'code')).html).toContain('Access restricted');
  });

  test('a target that leaves the host is opened nowhere', async () => {
    const mia = await enter();
    const flow = await interrupt(mia.session, { target: '//evil.example/x', back: '/\\evil.example' });
    const answer = await redeem(await stepUp(mia.browser, flow, 'code'), mia.session.sessionId);
    expect(answer).toMatchObject({ type: 'redeemed', returnTo: '/' });
  });
});

describe('a warning', () => {
  const about = (session: Session) => ({
    sessionId: session.sessionId,
    host,
    target: '/download?file=Q3%20plan.docx&v=2',
    decision: 'p1@1',
  });
  const pass = (asked: ReturnType<typeof about>) => world.messaging.request(interruptionPass, asked);
  const coach = (session: Session, requireJustification = true) =>
    interrupt(session, { ask: { type: 'coach', requireJustification } });
  const answer = (browser: Browser, flow: string, fields: Record<string, string>) =>
    browser.open(`${loginOrigin}/warning`, { flow, ...fields });

  test('lets one download pass, with the reason that was given', async () => {
    const mia = await enter();
    const flow = await coach(mia.session);
    const page = await mia.browser.open(`${loginOrigin}/warning?flow=${flow}`);
    expect(page.html).toMatch(/<textarea name="justification"[^>]*minlength="10"/);
    expect(await pass(about(mia.session))).toEqual({ type: 'none' });
    const short = await answer(mia.browser, flow, { choice: 'continue', justification: ' <short>   ' });
    expect(short.status).toBe(422);
    expect(short.html).toContain('Please write at least 10 characters.');
    expect(short.html).toContain('&lt;short&gt;');
    expect(await pass(about(mia.session))).toEqual({ type: 'none' });
    const done = await answer(mia.browser, flow, { choice: 'continue', justification: 'The board asked for it' });
    expect(done.html).toContain(`data-to="${origin}/download?file=Q3%20plan.docx&amp;v=2"`);
    expect(await pass(about(mia.session))).toEqual({ type: 'passed', justification: 'The board asked for it' });
  });

  test('a replayed grant passes nothing', async () => {
    const mia = await enter();
    const flow = await coach(mia.session, false);
    await answer(mia.browser, flow, { choice: 'continue' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => pass(about(mia.session))));
    expect(answers.filter(({ type }) => type === 'passed')).toHaveLength(1);
    expect((await answer(mia.browser, flow, { choice: 'continue' })).status).toBe(404);
    expect(await pass(about(mia.session))).toEqual({ type: 'none' });
  });

  test.each([
    ['another session', async () => ({ sessionId: (await enter()).session.sessionId })],
    ['another file', async () => ({ target: '/download?file=other.docx' })],
    ['another host', async () => ({ host: 'crm.acme.localhost.gatehouse.localhost' })],
    ['another decision', async () => ({ decision: 'p1@2' })],
  ])('a grant is no grant for %s', async (_, change) => {
    const mia = await enter();
    await answer(mia.browser, await coach(mia.session, false), { choice: 'continue' });
    expect(await pass({ ...about(mia.session), ...(await change()) })).toEqual({ type: 'none' });
    expect((await pass(about(mia.session))).type).toBe('passed');
  });

  test('a grant expires after five minutes', async () => {
    const mia = await enter();
    await answer(mia.browser, await coach(mia.session, false), { choice: 'continue' });
    const later = Date.now() + 5 * 60_000 + 1;
    expect(await world.signIn.interruptions.pass(about(mia.session), later)).toEqual({ type: 'none' });
  });

  test('that is declined is recorded and gives nothing', async () => {
    const mia = await enter();
    const flow = await coach(mia.session);
    const back = await answer(mia.browser, flow, { choice: 'decline' });
    expect(back.url).toBe(`${origin}/folders/documents?sort=name`);
    const row = await until(() => world.activities.find((one) => one.appliedAction === 'coachDeclined'));
    expect(row).toMatchObject({ user: 'mia@acme.example', object: { name: 'Q3 <plan>.docx' }, reason: 'POLICY' });
    expect((await answer(mia.browser, flow, { choice: 'continue', justification: 'long enough now' })).status).toBe(
      404,
    );
    expect(await pass(about(mia.session))).toEqual({ type: 'none' });
  });

  test('a form of another site is refused', async () => {
    const mia = await enter();
    const flow = await coach(mia.session, false);
    const response = await fetch(`http://127.0.0.1:${world.port}/warning`, {
      method: 'POST',
      headers: {
        origin: 'https://evil.example',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': new URL(loginOrigin).host,
      },
      body: new URLSearchParams({ flow, choice: 'continue' }),
    });
    expect(response.status).toBe(403);
    expect(await pass(about(mia.session))).toEqual({ type: 'none' });
  });

  test('a step-up cannot be answered as a warning, nor a warning as a step-up', async () => {
    const mia = await enter();
    const strong = await interrupt(mia.session);
    expect((await answer(mia.browser, strong, { choice: 'continue' })).status).toBe(404);
    expect((await mia.browser.open(`${loginOrigin}/step-up/go?flow=${await coach(mia.session)}`)).status).toBe(404);
    expect(await pass(about(mia.session))).toEqual({ type: 'none' });
  });
});
