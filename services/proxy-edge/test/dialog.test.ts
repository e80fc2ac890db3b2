// A script of the page asks for a file and is refused: the person sees why, under the strictest policies of the page.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startBrowser } from '@gatehouse/testkit/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, navigation, script } from './client.ts';
import { downloadPolicy, publicHost, startWorld, type TestSession, type World } from './world.ts';

const policies: Record<string, string | undefined> = {
  none: undefined,
  self: "default-src 'self'; script-src 'self' 'nonce-page'; style-src 'none'",
  nonce:
    "default-src 'none'; script-src 'nonce-page' 'strict-dynamic'; connect-src 'self'; require-trusted-types-for 'script'",
  cdn: "default-src 'none'; script-src https://cdn.test 'unsafe-inline'; connect-src 'self'",
  two: "script-src 'nonce-page'; connect-src 'self', script-src 'nonce-page' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
};
const calls = `
  window.viaFetch = () => fetch('/secret.xls').then((answer) => answer.status);
  window.viaXhr = (type) => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open('GET', '/secret.xls');
    request.responseType = type;
    request.onloadend = () => done(request.status);
    request.send();
  });`;

function app(request: IncomingMessage, response: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  if (path === '/secret.xls')
    return void response
      .writeHead(200, { 'content-disposition': 'attachment; filename="secret.xls"' })
      .end('THE-SECRET'.repeat(100));
  if (path === '/fragment') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>part</p>');
  const policy = policies[query];
  const headers = { 'content-type': 'text/html', ...(policy ? { 'content-security-policy': policy } : {}) };
  const page = `<!doctype html>\n<html><head><title>App</title><script nonce="page">${calls}</script></head><body><h1>App</h1></body></html>`;
  // In two pieces that part in the middle of the tag the script belongs behind.
  response.writeHead(200, headers).write(page.slice(0, 25));
  setTimeout(() => response.end(page.slice(25)), query === 'none' ? 30 : 0);
}

const block = downloadPolicy('No xls', {
  files: [{ field: 'file.extension', operator: 'equals', values: ['xls'] }],
  action: { type: 'block', message: '{fileName} stays <b>here</b>.' },
});
let world: World;
let session: TestSession;
beforeAll(async () => {
  world = await startWorld({ policies: [block], app });
  session = await world.newSession();
});
afterAll(() => world?.stop());
const get = (path: string, headers: Record<string, string> = navigation) =>
  ask(world.port, path, { cookie: session.cookie, headers });

describe('the script', () => {
  it('stands first in the head of documents, with the nonce that their policy got', async () => {
    const { text, headers } = await get('/?nonce');
    const nonce = /<head><script src="\/\.gatehouse\/client\.js" nonce="([^"]+)"><\/script><title>/.exec(text)?.[1];
    expect(nonce).toBeDefined();
    expect(headers['content-security-policy']).toContain(`'nonce-page' 'strict-dynamic' 'nonce-${nonce}'`);
    expect((await get('/?nonce')).text).not.toContain(String(nonce));
  });

  it('is in nothing that a script of the page fetches, and in nothing of apps without policies', async () => {
    expect((await get('/fragment', script)).text).toBe('<p>part</p>');
    await world.publishSnapshot(new Date(), []);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await get('/?none')).text).not.toContain('client.js');
    await world.publishSnapshot();
  });

  it('speaks the language of the person and needs a session', async () => {
    const german = await get('/.gatehouse/client.js', { ...script, 'accept-language': 'de' });
    expect([german.status, german.headers['content-type']]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(german.text).toContain('Download nicht erlaubt');
    expect((await ask(world.port, '/.gatehouse/client.js', { headers: script })).status).toBe(401);
  });
});

describe('the dialog in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  async function open(query: string, options: object = {}): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const [name = '', ...value] = session.cookie.split('=');
    const url = `http://${publicHost}:${world.port}`;
    await context.addCookies([
      { name, value: value.join('='), url: `https://${publicHost}`, secure: true, httpOnly: true },
    ]);
    const page = await context.newPage();
    await page.goto(`${url}/?${query}`);
    return page;
  }
  // The shadow root is closed to the page and to us: what it says is read from the accessibility tree.
  async function shown(page: Page): Promise<string> {
    const cdp = await page.context().newCDPSession(page);
    const { nodes } = await cdp.send('Accessibility.getFullAXTree');
    await cdp.detach();
    return nodes.map((node) => String(node.name?.value ?? '')).join('\n');
  }

  it.each(Object.keys(policies))('says why, under the policy "%s"', async (query) => {
    const page = await open(query);
    expect(await page.evaluate('viaFetch()')).toBe(403);
    await expect.poll(() => shown(page)).toContain('Download restricted');
    expect(await shown(page)).toContain('secret.xls stays <b>here</b>.');
    expect(await shown(page)).toMatch(/GH-[0-9A-Z]{4}-[0-9A-Z]{4}/);
    await page.keyboard.press('Escape');
    await expect.poll(() => shown(page)).not.toContain('Download restricted');
    await page.context().close();
  });

  it.each(['', 'json', 'blob', 'arraybuffer'])('says why to XMLHttpRequest of type "%s"', async (type) => {
    const page = await open('none');
    expect(await page.evaluate(`viaXhr(${JSON.stringify(type)})`)).toBe(403);
    await expect.poll(() => shown(page)).toContain('Download restricted');
    await page.context().close();
  });

  it('fits 320 px and dark mode', async () => {
    const page = await open('none', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' });
    await page.evaluate('viaFetch()');
    await expect.poll(() => shown(page)).toContain('Download restricted');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    if (process.env.EDGE_PICTURES) await page.screenshot({ path: `${process.env.EDGE_PICTURES}/dialog-320-dark.png` });
    const wide = await open('none', { viewport: { width: 1100, height: 700 } });
    await wide.evaluate('viaFetch()');
    await expect.poll(() => shown(wide)).toContain('Download restricted');
    if (process.env.EDGE_PICTURES) await wide.screenshot({ path: `${process.env.EDGE_PICTURES}/dialog.png` });
  });
});
