import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from './demo-app.ts';

const origin = 'http://files.acme.localhost:9101';
const registration = {
  publicOrigin: origin,
  issuer: 'http://127.0.0.1:1',
  clientId: 'files',
  clientSecret: 'test-only',
};

let open: DemoApp;
let closed: DemoApp;
let crm: DemoApp;
const at = (app: DemoApp, path: string) => `http://127.0.0.1:${app.port}${path}`;

beforeAll(async () => {
  open = await startDemoApp({ ...registration, id: 'files', name: 'Files', port: 0, auth: 'off' });
  closed = await startDemoApp({ ...registration, id: 'files', name: 'Files', port: 0 });
  crm = await startDemoApp({ ...registration, id: 'crm', name: 'CRM', port: 0, auth: 'off' });
});
afterAll(async () => {
  await Promise.all([open.close(), closed.close(), crm.close()]);
});

describe('without a session', () => {
  it('sends pages to the login and keeps where they wanted to go', async () => {
    const answer = await fetch(at(closed, '/files/documents/report.docx?inline=1'), { redirect: 'manual' });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('/auth/login?return=%2Ffiles%2Fdocuments%2Freport.docx%3Finline%3D1');
  });
  it('refuses the API and uploads', async () => {
    expect((await fetch(at(closed, '/api/files'))).status).toBe(401);
    expect((await fetch(at(closed, '/upload'), { method: 'POST' })).status).toBe(401);
  });
  it('refuses a callback nobody asked for', async () => {
    expect((await fetch(at(closed, '/auth/callback?code=x&state=y'))).status).toBe(400);
  });
  it('answers 502 when the issuer is away', async () => {
    expect((await fetch(at(closed, '/auth/login'), { redirect: 'manual' })).status).toBe(502);
  });
  it('refuses the live socket', async () => {
    const socket = new WebSocket(at(closed, '/live').replace('http', 'ws'));
    await once(socket, 'error');
  });
});

describe('downloads', () => {
  it('sends an attachment, the same bytes every time', async () => {
    const answer = await fetch(at(open, '/files/documents/Team%20lunch.txt'));
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="Team lunch.txt"');
    expect(await answer.text()).toContain('Thursday at noon');
  });
  it('shows inline and declares another type on request', async () => {
    const answer = await fetch(at(open, '/files/spreadsheets/a.xls?inline=1&as=text/plain'));
    expect(answer.headers.get('content-disposition')).toMatch(/^inline/);
    expect(answer.headers.get('content-type')).toBe('text/plain');
  });
  it('sends ranges', async () => {
    const whole = Buffer.from(await (await fetch(at(open, '/files/media/big.bin'))).arrayBuffer());
    const part = await fetch(at(open, '/files/media/big.bin'), { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100-199/${whole.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100, 200));
    const beyond = await fetch(at(open, '/files/media/big.bin'), { headers: { range: 'bytes=99999999-' } });
    expect(beyond.status).toBe(416);
  });
  it('has the same workbook under three names', async () => {
    const hashes = await Promise.all(
      ['a.xls', 'A.XLS', 'b.jpg'].map(async (name) => {
        const bytes = await (await fetch(at(open, `/files/spreadsheets/${name}`))).arrayBuffer();
        return createHash('sha256').update(new Uint8Array(bytes)).digest('hex');
      }),
    );
    expect(new Set(hashes).size).toBe(1);
  });
  it('exports JSON with base64, zip and CSV', async () => {
    const json = (await (await fetch(at(open, '/api/export/documents/Customer%20list.txt'))).json()) as {
      base64: string;
      url: string;
    };
    expect(Buffer.from(json.base64, 'base64').toString()).toContain('SSN: 524-71-3862');
    expect(json.url).toBe(`${origin}/files/documents/Customer%20list.txt`);
    const zip = await fetch(at(open, '/zip?file=documents%2Freport.docx&file=spreadsheets%2Fc.xlsx'));
    expect(Buffer.from(await zip.arrayBuffer()).readUInt32BE(0)).toBe(0x504b0304);
    expect(await (await fetch(at(open, '/export.csv'))).text()).toContain('spreadsheets,A.XLS,');
  });
  it('finds nothing outside the store', async () => {
    expect((await fetch(at(open, '/files/documents/..%2f..%2fetc%2fpasswd'))).status).toBe(404);
    expect((await fetch(at(open, '/files/documents/%ZZ'))).status).toBe(404);
  });
});

describe('pages', () => {
  it.each(['/', '/folders/documents', '/search?q=xls', '/view/documents/invoice.pdf'])(
    '%s names its own origin',
    async (path) => {
      const answer = await fetch(at(open, path));
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain(`src="${origin}/assets/app.js"`);
    },
  );
  it('escapes the search', async () => {
    expect(await (await fetch(at(open, '/search?q=%22%3E%3Cscript%3E'))).text()).not.toContain('"><script>');
  });
  it('shows and exports contacts in the CRM', async () => {
    expect(await (await fetch(at(crm, '/'))).text()).toContain('Northwind Traders');
    expect(await (await fetch(at(crm, '/contacts.csv'))).text()).toMatch(/^name,company/);
    expect((await fetch(at(crm, '/contacts/1001'))).status).toBe(200);
  });
});

describe('uploads and live', () => {
  it('stores a multipart file and gives it back', async () => {
    const form = new FormData();
    form.set('folder', 'documents');
    form.set('file', new Blob(['hello'], { type: 'text/plain' }), 'note.txt');
    const stored = await fetch(at(open, '/upload'), { method: 'POST', body: form, redirect: 'manual' });
    expect(stored.headers.get('location')).toBe(`${origin}/folders/documents`);
    expect(await (await fetch(at(open, '/files/documents/note.txt'))).text()).toBe('hello');
  });
  it('refuses what is no form', async () => {
    expect((await fetch(at(open, '/upload'), { method: 'POST', body: 'x' })).status).toBe(400);
  });
  it('echoes over the WebSocket', async () => {
    const socket = new WebSocket(at(open, '/live').replace('http', 'ws'));
    await once(socket, 'open');
    const long = 'ä'.repeat(3000);
    socket.send(long);
    const [message] = (await once(socket, 'message')) as [{ data: string }];
    expect(message.data).toBe(long);
    socket.close();
  });
});
