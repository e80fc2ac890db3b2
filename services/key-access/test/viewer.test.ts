// The viewer as people use it: the page on disk, a real browser, a real issuer, the service as its own process.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants, createHash, publicEncrypt, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { decisionEvaluate } from '@gatehouse/contracts/decision';
import { fileProtected } from '@gatehouse/contracts/files';
import { protectionSchema } from '@gatehouse/contracts/label';
import { accessRequestList, fileRevoke, keyCurrent } from '@gatehouse/contracts/protected-file';
import { base64Stream, htmlWrapper, wrapperScript } from '@gatehouse/label/tdf-html';
import { encodePolicy } from '@gatehouse/label/tdf-read';
import { writeTdf } from '@gatehouse/label/tdf-write';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { startBrowser } from '@gatehouse/testkit/browser';
import { freePort } from '@gatehouse/testkit/free-port';
import { startNats, startPostgres, type TestNats, type TestPostgres } from '@gatehouse/testkit/world';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoIdp, startDemoIdp } from '../../../examples/demo-idp/src/demo-idp.ts';
import { demoPassword } from '../../../examples/demo-idp/src/people.ts';
import { migrations } from '../src/migrations/list.ts';
import { crypto } from './key-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-viewer-'));

let nats: TestNats;
let postgres: TestPostgres;
let client: Messaging;
let idp: DemoIdp;
let service: ChildProcess;
let origin: string;
let browser: Browser;
let context: BrowserContext;

async function waitFor(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error(`${url} did not become ready`);
}

describe('the viewer', () => {
  beforeAll(async () => {
    [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
    const database = await postgres.database('keys', migrations);
    const [port, healthPort] = [await freePort(), await freePort()];
    origin = `http://127.0.0.1:${port}`;
    const own = {
      clientId: 'gatehouse-key-access',
      clientSecret: 'a secret of the viewer, long enough',
      redirectUris: [`${origin}/callback`],
    };
    idp = await startDemoIdp({ port: 0, issuer: (at) => `http://localhost:${at}`, clients: [own] });
    client = await connect({ url: nats.url, name: 'test' });
    client.serve(decisionEvaluate, async ({ decisionId }) => {
      const verdict = {
        action: 'allow' as const,
        reason: 'POLICY' as const,
        dueToDefault: false,
        obligations: [],
        matched: [],
        reportOnly: [],
      };
      return { type: 'verdict' as const, decisionId, verdict, trace: [] };
    });
    const environment = {
      ...{
        NATS_URL: nats.url,
        DATABASE_URL: database.url,
        PORT: `${port}`,
        HEALTH_PORT: `${healthPort}`,
        LOG_LEVEL: 'warn',
      },
      ...{ PUBLIC_URL: origin, KEYS_SEAL_SECRET: 'a seal secret of forty characters, at least' },
      ...{ TOKEN_ISSUER: idp.issuer, OIDC_CLIENT_SECRET: own.clientSecret, ALLOW_LOCALHOST: 'true' },
    };
    service = spawn(process.execPath, ['--import', 'tsx', resolve(import.meta.dirname, '../src/main.ts')], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await waitFor(`http://127.0.0.1:${healthPort}/readyz`);
    browser = await startBrowser();
    context = await browser.newContext({ acceptDownloads: true });
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    const gone = new Promise((done) => service?.once('exit', done));
    if (service?.kill('SIGTERM')) await gone;
    await idp?.stop();
    await client?.close();
    await postgres?.stop();
    await nats?.stop();
  });

  /** Seals and registers a file as the labeler does, and saves its page. */
  async function save(
    name: string,
    content: Uint8Array,
    permissions: object[],
  ): Promise<{ path: string; fileId: string }> {
    const current = await client.request(keyCurrent, {});
    const [fileId, key] = [randomUUID(), randomBytes(32)];
    const attribute = `${origin}/attr/file/value/${fileId}`;
    const policy = encodePolicy({ uuid: fileId, body: { dataAttributes: [{ attribute }], dissem: [] } });
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    const wrappedKey = publicEncrypt({ key: current.pem, ...padding }, key).toString('base64');
    const keyAccess = [
      { type: 'wrapped' as const, url: current.url, protocol: 'kas', kid: current.kid, sid: '', wrappedKey },
    ];
    const scriptHash = createHash('sha256').update(wrapperScript).digest('base64');
    const wrapper = htmlWrapper({ name, label: 'Confidential', viewer: current.viewerUrl, scriptHash });
    let html = wrapper.before;
    const container = writeTdf({
      plain: [content],
      key,
      policy,
      keyAccess,
      mimeType: 'application/octet-stream',
      crypto,
    });
    for await (const part of base64Stream(container)) html += part;
    const path = join(folder, `${fileId}.tdf.html`);
    writeFileSync(path, html + wrapper.after);
    const id = randomUUID();
    await client.publish(fileProtected, {
      ...{
        id,
        fileId,
        decisionId: randomUUID(),
        user: 'sam@acme.example',
        label: 'Confidential',
        labelId: randomUUID(),
      },
      ...{ app: 'files', fileName: name, sha256: 'x', size: content.length, keyId: current.kid, innerLabel: 'written' },
      ...{ at: new Date().toISOString(), protection: protectionSchema.parse({ permissions }) },
    });
    await new Promise((done) => setTimeout(done, 500));
    return { path, fileId };
  }

  async function openInBrowser(path: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`file://${path}`);
    await page.setViewportSize({ width: 900, height: 700 });
    await shot(page, 'wrapper');
    const [viewer] = await Promise.all([context.waitForEvent('page'), page.click('#open')]);
    return viewer;
  }

  async function shot(page: Page, name: string): Promise<void> {
    if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`) });
  }

  const everybody = (...rights: string[]) => [{ principal: { type: 'anyUser' }, rights }];

  it('asks who it is, keeps the file meanwhile, and hands an exporter the original', async () => {
    const content = randomBytes(200_000);
    const { path } = await save('plan.bin', content, everybody('export'));
    const viewer = await openInBrowser(path);
    await viewer.waitForSelector('#sign-in:not([hidden])');
    await shot(viewer, 'sign-in');
    await viewer.click('#sign-in a');
    await viewer.fill('[name=login]', 'mia@acme.example');
    await viewer.fill('[name=password]', demoPassword);
    await viewer.click('button[type=submit]');
    await viewer.waitForSelector('#export:not([hidden])', { timeout: 20_000 });
    await shot(viewer, 'export');
    const [download] = await Promise.all([viewer.waitForEvent('download'), viewer.click('#save')]);
    expect(download.suggestedFilename()).toBe('plan.bin');
    expect(readFileSync(await download.path()).equals(content)).toBe(true);
    await viewer.close();
  }, 60_000);

  it('shows a reader pages with a mark, and never the key', async () => {
    const text = Array.from(
      { length: 90 },
      (_, i) => `Line ${i + 1} of the secret plan, which nobody may take along.`,
    ).join('\n');
    const { path, fileId } = await save('plan.txt', Buffer.from(text), everybody('view'));
    const bodies: string[] = [];
    context.on('response', async (response) => {
      if (response.url().endsWith('/viewer/open')) bodies.push(await response.text());
    });
    const viewer = await openInBrowser(path);
    await viewer.waitForSelector('#pages img', { timeout: 30_000 });
    await viewer.waitForFunction(() =>
      Array.from(document.images).every((image) => image.complete && image.naturalWidth > 0),
    );
    expect(await viewer.locator('#pages img').count()).toBe(2);
    await shot(viewer, 'pages');
    expect(bodies.join()).not.toContain('wrappedKey');
    const source = (await viewer.locator('#pages img').first().getAttribute('src')) ?? '';
    await client.request(fileRevoke, { by: 'admin', fileId });
    expect(await viewer.evaluate(async (address) => (await fetch(address)).status, source)).toBe(403);
    await viewer.close();
  }, 60_000);

  it('tells a refused person why, and takes a request', async () => {
    const { path, fileId } = await save('board.txt', Buffer.from('x'), [
      { principal: { type: 'user', id: 'nobody@acme.example' }, rights: ['view'] },
    ]);
    const viewer = await openInBrowser(path);
    await viewer.waitForSelector('#denied:not([hidden])', { timeout: 20_000 });
    await shot(viewer, 'denied');
    await viewer.setViewportSize({ width: 320, height: 700 });
    await viewer.emulateMedia({ colorScheme: 'dark' });
    await shot(viewer, 'denied-narrow-dark');
    expect(await viewer.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await viewer.fill('#why', 'I prepare the meeting of the board');
    await viewer.click('#request button');
    await viewer.waitForSelector('#requested:not([hidden])');
    const { requests } = await client.request(accessRequestList, { state: 'open' });
    expect(requests).toMatchObject([{ fileId, justification: 'I prepare the meeting of the board' }]);
    await viewer.close();
  }, 60_000);

  it.each([
    [
      'a changed byte',
      (html: string) => html.replace(/(<script type="application\/octet-stream"[^>]*>.{400})..../, '$1AAAA'),
    ],
    [
      'no container at all',
      (html: string) => html.replace(/(<script type="application\/octet-stream"[^>]*>)[^<]*/, '$1AAAA'),
    ],
    [
      'a page as container',
      (html: string) =>
        html.replace(
          /(<script type="application\/octet-stream"[^>]*>)[^<]*/,
          `$1${btoa('<script>top.attacked=1</script>'.repeat(50))}`,
        ),
    ],
  ])(
    'attack: hostile container with %s is refused without harm',
    async (_, change) => {
      const { path } = await save('hostile.bin', randomBytes(5_000), everybody('export'));
      writeFileSync(path, change(readFileSync(path, 'latin1')), 'latin1');
      const viewer = await openInBrowser(path);
      await viewer.waitForSelector('#broken:not([hidden])', { timeout: 20_000 });
      expect(await viewer.evaluate(() => 'attacked' in window)).toBe(false);
      await viewer.close();
    },
    60_000,
  );

  it('attack: calls of other sites carry no session to the viewer', async () => {
    const answer = await context.request.post(`${origin}/viewer/access-requests`, {
      data: { fileId: randomUUID(), justification: 'forged by another site' },
    });
    expect(answer.status()).toBe(403);
  });
});
