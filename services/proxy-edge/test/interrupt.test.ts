// Downloads that wait for a person: asked for a step-up or warned, and the file only after it.
import { createHash, randomBytes } from 'node:crypto';
import { type Interruption, interruptionOpen, interruptionPass } from '@gatehouse/contracts/interruption';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, linkDownload, navigation, program, script } from './client.ts';
import { downloadPolicy, publicHost, startWorld, suffix, type TestSession, type World } from './world.ts';

const bytes = randomBytes(100_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
let world: World;
let session: TestSession;
const opened: Interruption[] = [];
const accepted: { sessionId: string; target: string; decision: string; justification?: string }[] = [];
let signInIsAway = false;

const extension = (...values: string[]) => [{ field: 'file.extension', operator: 'equals', values }];
const policies = [
  downloadPolicy('Strong for documents', {
    files: extension('bin', 'both'),
    action: { type: 'stepUp', authnContext: ['mfa'], message: 'Prove it for {fileName}, {userName}. {reference}' },
  }),
  downloadPolicy('Think first', {
    files: extension('dat', 'both', 'ssn'),
    action: { type: 'coach', requireJustification: true },
  }),
  downloadPolicy('Never', { files: extension('never'), action: { type: 'block' } }),
  downloadPolicy('Strong for never', { files: extension('never'), action: { type: 'stepUp', authnContext: ['mfa'] } }),
];

const get = (path: string, options: Parameters<typeof ask>[2] = {}) =>
  ask(world.port, path, { cookie: session.cookie, ...options });
const proof = (acr: string, minutesAgo: number) => ({
  acr: [acr],
  amr: [],
  authTime: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
});
const expectRow = (shape: object) =>
  vi.waitFor(() => expect(world.activities.at(-1)).toMatchObject(shape), { timeout: 5000 });

beforeAll(async () => {
  world = await startWorld({
    policies,
    app: (request, response) => {
      const name = (request.url ?? '').split('?')[0]?.split('/').at(-1) ?? '';
      response.writeHead(200, { 'content-disposition': `attachment; filename="${name}"`, 'content-length': 100_000 });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    },
  });
  world.messaging.serve(interruptionOpen, async (interruption) => {
    if (signInIsAway) throw new Error('away');
    opened.push(interruption);
    return { flow: `flow-${opened.length}` };
  });
  world.messaging.serve(interruptionPass, async ({ sessionId, target, decision }) => {
    const at = accepted.findIndex(
      (one) => one.sessionId === sessionId && one.target === target && one.decision === decision,
    );
    if (at < 0) return { type: 'none' as const };
    const [{ justification }] = accepted.splice(at, 1) as [(typeof accepted)[number]];
    return { type: 'passed' as const, ...(justification ? { justification } : {}) };
  });
  session = await world.newSession();
  await world.publishSnapshot();
});
afterAll(() => world?.stop());
beforeEach(() => {
  opened.length = 0;
  accepted.length = 0;
  world.activities.length = 0;
  signInIsAway = false;
});

describe('a step-up', () => {
  it('sends a navigation to sign-in with an opaque flow, and not one byte', async () => {
    const headers = { ...navigation, referer: `http://${publicHost}:${world.port}/list?sort=name` };
    const answer = await get('/files/plan.bin?v=2&x=%2Fy', { headers });
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe(`http://login.${suffix}:${world.port}/step-up?flow=flow-1`);
    expect(answer.bytes).toHaveLength(0);
    expect(opened).toMatchObject([
      {
        ask: { type: 'stepUp', authnContext: ['mfa'] },
        host: publicHost,
        target: '/files/plan.bin?v=2&x=%2Fy',
        back: '/list?sort=name',
        fileName: 'plan.bin',
        message: expect.stringMatching(/^Prove it for plan\.bin, Ann\. GH-/),
        session: { sessionId: session.session.sessionId },
        matched: [{ name: 'Strong for documents', action: 'stepUp' }],
      },
    ]);
    await expectRow({
      appliedAction: 'stepUpRequired',
      reason: 'POLICY',
      bytesDown: 0,
      referenceId: opened[0]?.referenceId,
    });
  });

  it.each([
    ['a link with download', linkDownload],
    ['a program', program],
    ['a script', script],
  ])('tells %s in a text with the link', async (_, headers) => {
    const answer = await get('/files/plan.bin', { headers });
    expect(answer.status).toBe(403);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.headers['gatehouse-link']).toBe(`http://login.${suffix}:${world.port}/step-up?flow=flow-1`);
    expect(answer.text).toContain('/step-up?flow=flow-1');
    expect(answer.text).toMatch(/Prove it for plan\.bin, Ann\.[\s\S]*Reference: GH-/);
    expect(answer.bytes.includes(bytes.subarray(0, 16))).toBe(false);
    await expectRow({ appliedAction: 'stepUpRequired', bytesDown: answer.bytes.length });
  });

  it('is a problem where a script asks for JSON', async () => {
    const answer = await get('/files/plan.bin', { headers: { ...script, accept: 'application/json' } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({ status: 403, link: expect.stringContaining('/step-up?flow=') });
  });

  it('opens the whole tab from a frame', async () => {
    const answer = await get('/files/plan.bin', { headers: { ...navigation, 'sec-fetch-dest': 'iframe' } });
    expect(answer.status).toBe(403);
    expect(answer.text).toMatch(/<a class="button" target="_top" href="http:[^"]+\/step-up\?flow=flow-1">Continue</);
  });

  it('returns a form to its page, for only a GET can be opened again', async () => {
    const referer = `http://${publicHost}:${world.port}/list`;
    await get('/files/plan.bin', { method: 'POST', headers: { ...navigation, referer } });
    expect(opened[0]?.target).toBe('/list');
    await get('/files/plan.bin', { method: 'POST', headers: { ...navigation, referer: 'https://evil.example/x' } });
    expect(opened[1]?.target).toBe('/');
    expect(opened[1]?.back).toBeUndefined();
  });

  it.each([
    ['in the context and fresh', [proof('mfa', 1)], 'stepUpPassed'],
    ['in the context, 14 minutes ago', [proof('mfa', 14)], 'stepUpPassed'],
    ['in the context, 16 minutes ago', [proof('mfa', 16)], 'stepUpRequired'],
    ['fresh, in a weaker context', [proof('pwd', 1)], 'stepUpRequired'],
    ['without any time', [], 'stepUpRequired'],
  ])('of a session that was proven %s', async (_, authContexts, appliedAction) => {
    const other = await world.newSession({ authContexts });
    const answer = await get('/files/plan.bin', { cookie: other.cookie });
    expect(createHash('sha256').update(answer.bytes).digest('hex') === sha256).toBe(appliedAction === 'stepUpPassed');
    await expectRow({ appliedAction });
    if (appliedAction === 'stepUpPassed') expect(opened).toEqual([]);
  });

  it('does not soften a block, and is not asked for in vain', async () => {
    const strong = await world.newSession({ authContexts: [proof('mfa', 1)] });
    for (const { cookie } of [session, strong]) {
      const answer = await get('/files/x.never', { cookie });
      expect(answer.text).toContain('Download restricted');
      expect(answer.bytes.includes(bytes.subarray(0, 16))).toBe(false);
    }
    expect(opened).toEqual([]);
  });

  it('overrides a warning, also once it is made', async () => {
    const asked = await get('/files/x.both');
    expect(asked.headers.location).toContain('/step-up?');
    const strong = await world.newSession({ authContexts: [proof('mfa', 1)] });
    const answer = await get('/files/x.both', { cookie: strong.cookie });
    expect(answer.bytes.equals(bytes)).toBe(true);
    await expectRow({
      appliedAction: 'stepUpPassed',
      matchedPolicies: [
        { name: 'Strong for documents', result: 'won' },
        { name: 'Think first', result: 'overridden' },
      ],
    });
  });

  it('blocks by default while sign-in does not answer', async () => {
    signInIsAway = true;
    const answer = await get('/files/plan.bin', { headers: program });
    expect(answer.text).toContain('Blocked due to default behaviour: sign-in is unreachable.');
    expect(answer.bytes.includes(bytes.subarray(0, 16))).toBe(false);
    await expectRow({ appliedAction: 'defaultBlock', cause: expect.stringContaining('sign-in is unreachable') });
  });
});

describe('a warning', () => {
  const accept = (change: object = {}) =>
    accepted.push({
      sessionId: session.session.sessionId,
      target: '/files/plan.dat?v=2',
      decision: 'Think first@1',
      justification: 'the board asked',
      ...change,
    });

  it('comes before the file, once per acceptance', async () => {
    const warned = await get('/files/plan.dat?v=2');
    expect(warned.headers.location).toBe(`http://login.${suffix}:${world.port}/warning?flow=flow-1`);
    expect(opened[0]).toMatchObject({ ask: { type: 'coach', requireJustification: true } });
    expect(opened[0]).toMatchObject({ target: '/files/plan.dat?v=2', decision: 'Think first@1' });
    await expectRow({ appliedAction: 'coachShown', bytesDown: 0 });
    accept();
    expect((await get('/files/plan.dat?v=2')).bytes.equals(bytes)).toBe(true);
    await expectRow({ appliedAction: 'coachAccepted', justification: 'the board asked', sha256Delivered: sha256 });
    expect((await get('/files/plan.dat?v=2')).status).toBe(302);
  });

  it.each([
    ['another file', { target: '/files/other.dat' }],
    ['another session', { sessionId: '00000000-0000-4000-8000-000000000000' }],
    ['another decision', { decision: 'Think first@2' }],
  ])('that was accepted for %s is shown again', async (_, change) => {
    accept(change);
    expect((await get('/files/plan.dat?v=2')).status).toBe(302);
    expect(accepted).toHaveLength(1);
  });

  it('is not used up by HEAD', async () => {
    accept();
    await get('/files/plan.dat?v=2', { method: 'HEAD', headers: program });
    expect(accepted).toHaveLength(1);
  });

  it('tells a script in a text with the link', async () => {
    const answer = await get('/files/plan.dat', { headers: { ...script, 'accept-language': 'fr' } });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('Votre organisation vous demande');
    expect(answer.headers['gatehouse-link']).toContain('/warning?flow=');
  });
});

it('redeems a code together with the session that the browser has, if it has one', async () => {
  const host = `${publicHost}:${world.port}`;
  const { sessionId } = session.session;
  await get('/.gatehouse/session?code=good');
  await get('/.gatehouse/session?code=good', { cookie: '' });
  await get('/.gatehouse/session?code=good', { cookie: `${session.cookie}; ${session.cookie}` });
  const gone = await world.newSession();
  await gone.revoke();
  await get('/.gatehouse/session?code=good', { cookie: gone.cookie });
  const bare = { code: 'good', host };
  expect(world.redeemed).toEqual([{ ...bare, sessionId }, bare, bare, bare]);
});
