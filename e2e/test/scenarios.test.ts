// SPEC scenarios 1 (content), 2 (tags), 3, 10, 11 and 12, driven in a real Chromium against every service.
import { createHash } from 'node:crypto';
import { sampleFiles } from '@gatehouse/demo-app/sample-files';
import { startBrowser } from '@gatehouse/testkit/browser';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeviceFleet, personAt } from '../src/device.ts';
import { clickDownload, confirmNotice, type Device, eventually, savedBy, signIn, statusOf } from '../src/journey.ts';
import { type LocalhostProxy, startLocalhostProxy } from '../src/localhost-proxy.ts';
import { Portal } from '../src/portal.ts';
import * as scenario3 from '../src/scenario-3.ts';
import { startTestWorld, type TestWorld } from '../src/test-world.ts';
import { visitor } from '../src/visitor.ts';

let world: TestWorld;
let browser: Browser;
let portal: Portal;

beforeAll(async () => {
  world = await startTestWorld();
  browser = await startBrowser();
  const context = await visitor(browser);
  portal = await Portal.enter(await context.newPage(), world.endpoints.setupLink);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await world?.stop();
}, 60_000);

/** Where a screenshot goes: the README's pictures are only renewed on request (UPDATE_IMAGES=1). */
const picture = (name: string) => `${process.env.UPDATE_IMAGES ? 'docs/images' : '.gatehouse/e2e'}/${name}.png`;

const alerts = { enabled: true, dailyLimit: 5, email: ['soc@acme.example'], sms: ['+12025550100'] };
const unmanaged = {
  field: 'device.tags',
  operator: 'doesNotEqual',
  values: ['compliant', 'domainJoined', 'validClientCertificate'],
};

async function enter(
  user: string,
  app: 'files' | 'crm',
  path: string,
  device: Device = 'unmanaged',
  address?: string,
): Promise<Page> {
  const context: BrowserContext = await visitor(browser, address ? { address } : {});
  const page = await context.newPage();
  await signIn(page, `${world.endpoints[app]}${path}`, user, device);
  await confirmNotice(page);
  await page.locator('[data-file],[data-action]').first().waitFor({ timeout: 20_000 });
  return page;
}

const original = (name: string): string => {
  const file = sampleFiles().find((each) => each.name === name);
  return createHash('sha256')
    .update(file?.bytes ?? '')
    .digest('hex');
};

const lastDownload = (user: string, file: string) =>
  eventually(async () => {
    const rows = await portal.activities(`user=${encodeURIComponent(user)}&activityType=download&limit=20`);
    return rows.find((row) => row.object?.name === file);
  }, `the activity of ${file}`);

describe('scenario 1: sensitive content stays, for Marketing', () => {
  it('replaces the file with the number, delivers the clean one, and leaves Sales alone', async () => {
    await portal.use([
      {
        kind: 'SessionPolicy',
        name: 'Block sensitive documents for Marketing',
        severity: 'high',
        controlType: 'monitorAndControlDownload',
        activity: [
          { field: 'app', operator: 'equals', values: ['files'] },
          { field: 'user.group', operator: 'equals', values: ['Marketing'] },
        ],
        files: [
          {
            any: [
              { field: 'file.label', operator: 'equals', values: ['Confidential'] },
              { field: 'file.content', operator: 'equals', values: ['us-ssn'] },
            ],
          },
        ],
        action: { type: 'block', message: '{fileName} must stay in {appName}. {reference}' },
        alerts,
      },
    ]);
    const mia = await enter('mia@acme.example', 'files', '/folders/documents?from=mail#top');
    expect(new URL(mia.url()).search).toBe('?from=mail');
    expect(new URL(mia.url()).hash).toBe('#top');
    const clean = await clickDownload(mia, 'Team lunch.txt');
    expect(clean).toMatchObject({ name: 'Team lunch.txt', sha256: original('Team lunch.txt') });
    for (const name of ['Customer list.txt', 'confidential.docx']) {
      await mia.goto(`${world.endpoints.files}/folders/documents`);
      const refused = await clickDownload(mia, name);
      expect(refused.name).toBe(`${name}.txt`);
      expect(refused.text).toContain(`${name} must stay in`);
      expect(refused.text).toMatch(/GH-[0-9A-Z]{4}-[0-9A-Z]{4}/);
      expect(refused.sha256).not.toBe(original(name));
      expect(await mia.getByRole('heading').innerText()).toBe('Download restricted');
    }
    await mia.screenshot({ path: picture('download-restricted') });
    const row = await lastDownload('mia@acme.example', 'Customer list.txt');
    expect(row).toMatchObject({
      appliedAction: 'block',
      reason: 'POLICY',
      sha256Original: original('Customer list.txt'),
    });
    expect(JSON.stringify(row.scan.findings)).toMatch(/X/);
    const { trace } = await portal.activity(row.id);
    expect(trace[0]?.rows.some((each) => each.field === 'file.content' && each.result === 'hit')).toBe(true);

    const sam = await enter('sam@acme.example', 'files', '/folders/documents');
    for (const name of ['Customer list.txt', 'confidential.docx', 'Team lunch.txt']) {
      expect(await clickDownload(sam, name)).toMatchObject({ name, sha256: original(name) });
    }
  }, 90_000);

  it('tells the administrator: two alerts, e-mails and texts without file data', async () => {
    const mails = await eventually(async () => {
      const all = await world.mails();
      return all.length >= 2 ? all : undefined;
    }, 'two e-mails');
    expect(mails.map((mail) => mail.subject).join('\n')).toMatch(/high/i);
    const texts = await eventually(async () => {
      const all = await world.texts();
      return all.length >= 2 ? all : undefined;
    }, 'two texts');
    for (const { body } of texts) {
      expect(body.length).toBeLessThanOrEqual(160);
      expect(body).not.toMatch(/mia|Customer/);
    }
    await portal.photograph('/activity', picture('portal-activity'));
  }, 40_000);
});

describe('scenario 2: unmanaged devices do not get in', () => {
  it('refuses without a tag before any session, admits a compliant device', async () => {
    await portal.use([
      {
        kind: 'AccessPolicy',
        name: 'Block access from unmanaged devices',
        severity: 'high',
        activity: [unmanaged],
        action: { type: 'block' },
        alerts,
      },
    ]);
    const context = await visitor(browser);
    const page = await context.newPage();
    await signIn(page, `${world.endpoints.files}/folders/documents`, 'mia@acme.example');
    await page
      .getByText(/GH-[0-9A-Z]{4}-[0-9A-Z]{4}/)
      .first()
      .waitFor();
    const cookies = await context.cookies();
    expect(cookies.filter(({ name }) => name === '__Host-gatehouse-session')).toEqual([]);
    await page.screenshot({ path: picture('access-blocked') });
    const managed = await enter('mia@acme.example', 'files', '/folders/documents', 'compliant');
    expect(await managed.locator('[data-file]').count()).toBeGreaterThan(2);
  }, 60_000);
});

describe('scenario 2: the client certificate of a managed device', () => {
  let fleet: DeviceFleet;
  let proxy: LocalhostProxy;
  beforeAll(async () => {
    proxy = await startLocalhostProxy();
  });
  afterAll(() => {
    fleet?.close();
    proxy?.close();
  });
  const files = () => world.endpoints.filesHttps;
  const deviceOrigin = () => `https://device.gatehouse.localhost:${world.endpoints.ports.edgeHttps}`;
  const lastLogin = (user: string, appliedAction: string) =>
    eventually(async () => {
      const rows = await portal.activities(`user=${encodeURIComponent(user)}&activityType=login&limit=20`);
      return rows.find((row) => row.appliedAction === appliedAction && Date.parse(row.time) > Date.now() - 20_000);
    }, `a login of ${user} with ${appliedAction}`);

  it('admits a valid one with the tag, until it is revoked: 403 and CERT_REVOKED in the trace', async () => {
    fleet = await DeviceFleet.enrol(portal);
    const laptop = await fleet.issue('laptop of Mia');
    const checked = async () =>
      (await portal.call('POST', '/device-authorities/check', { certificate: laptop.pem })).body as { tagged: boolean };
    await eventually(async () => (await checked()).tagged || undefined, 'the revocation list');
    const context = await personAt(browser, deviceOrigin(), { ...laptop, proxy: proxy.url });
    const page = await context.newPage();
    await signIn(page, `${files()}/folders/documents`, 'mia@acme.example');
    await confirmNotice(page);
    await page.locator('[data-file]').first().waitFor({ timeout: 20_000 });
    const admitted = await lastLogin('mia@acme.example', 'allow');
    expect(admitted.deviceTags).toEqual(['validClientCertificate']);

    await fleet.revoke(laptop);
    const revokedAt = Date.now();
    await eventually(async () => {
      const answer = await page.goto(`${files()}/folders/documents`);
      return statusOf(answer) === 403 ? true : undefined;
    }, 'the end of the session');
    expect(Date.now() - revokedAt).toBeLessThan(5_000);
    expect(await page.innerText('body')).toContain('no longer counts');
    await page.screenshot({ path: picture('device-revoked') });
    const ended = await lastLogin('mia@acme.example', 'block');
    expect(ended.certificateReason).toBe('CERT_REVOKED');
    const { trace } = await portal.activity(ended.id);
    expect(trace.flatMap(({ rows }) => rows).map(({ note }) => note)).toContain('CERT_REVOKED');
  }, 90_000);

  it('refuses a revoked one at sign-in: 403, CERT_REVOKED, no request to the app', async () => {
    const laptop = await fleet.issue('laptop of Max');
    await fleet.revoke(laptop);
    const checked = async () =>
      (await portal.call('POST', '/device-authorities/check', { certificate: laptop.pem })).body as { reason?: string };
    await eventually(async () => ((await checked()).reason === 'CERT_REVOKED' ? true : undefined), 'the new list');
    const context = await personAt(browser, deviceOrigin(), { ...laptop, proxy: proxy.url });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('response', (response) => void asked.push(`${response.status()} ${new URL(response.url()).host}`));
    await signIn(page, `${files()}/folders/documents`, 'max@acme.example');
    await page.getByText('was revoked').waitFor({ timeout: 15_000 });
    await page.screenshot({ path: picture('device-refused') });
    // The app's host answered by itself only once, with the way to sign-in: nothing of the app was ever seen.
    expect(asked.filter((line) => line.includes('files.acme')).map((line) => line.slice(0, 3))).toEqual(['302']);
    expect((await context.cookies()).filter(({ name }) => name === '__Host-gatehouse-session')).toEqual([]);
    const row = await lastLogin('max@acme.example', 'block');
    expect(row).toMatchObject({ certificateReason: 'CERT_REVOKED', deviceTags: [], reason: 'POLICY' });
    const { trace } = await portal.activity(row.id);
    expect(trace.flatMap(({ rows }) => rows).map(({ note }) => note)).toContain('CERT_REVOKED');
  }, 60_000);

  it('refuses a browser that shows none, and says what to do', async () => {
    const context = await personAt(browser, deviceOrigin());
    const page = await context.newPage();
    await signIn(page, `${files()}/folders/documents`, 'sam@acme.example');
    await page.getByText('showed no certificate').waitFor({ timeout: 15_000 });
    expect((await lastLogin('sam@acme.example', 'block')).certificateReason).toBeUndefined();
  }, 60_000);
});

describe('scenario 3: two policies, device and network', () => {
  beforeAll(() => portal.use(scenario3.policies(unmanaged, alerts)));
  it.each(scenario3.rows)(
    '%s from %s matches %j',
    async (device, address, matched) => {
      const page = await enter('mia@acme.example', 'crm', '/', device, address);
      await scenario3.expectMatches(page, portal, world.endpoints.crm, address, matched);
    },
    60_000,
  );
});

describe('scenario 10: the extension xls by every trick', () => {
  it('replaces five, delivers the xlsx', async () => {
    await portal.use([
      {
        kind: 'SessionPolicy',
        name: 'Block xls',
        controlType: 'monitorAndControlDownload',
        files: [{ field: 'file.extension', operator: 'equals', values: ['xls'] }],
        action: { type: 'block' },
      },
    ]);
    const mia = await enter('mia@acme.example', 'files', '/folders/spreadsheets');
    for (const name of ['a.xls', 'A.XLS', 'b.jpg']) {
      await mia.goto(`${world.endpoints.files}/folders/spreadsheets`);
      expect((await clickDownload(mia, name)).name).toBe(`${name}.txt`);
    }
    const row = await lastDownload('mia@acme.example', 'b.jpg');
    expect(row.object?.typeMismatch).toBe(true);
    await mia.goto(`${world.endpoints.files}/folders/spreadsheets`);
    const asText = await savedBy(mia, () =>
      mia.goto(`${world.endpoints.files}/files/spreadsheets/a.xls?as=text/plain`),
    );
    expect(asText.name).toMatch(/\.txt$/);
    // The restricted page's own CSP forbids scripts' requests: ask from the app.
    await mia.goto(`${world.endpoints.files}/folders/spreadsheets`);
    const ranged = await mia.evaluate(async () => {
      const answer = await fetch('/files/spreadsheets/a.xls', { headers: { range: 'bytes=0-100' } });
      return { status: answer.status, text: await answer.text() };
    });
    expect(ranged.status).toBe(403);
    expect(ranged.text).toContain('Reference: GH-');
    await mia.goto(`${world.endpoints.files}/folders/spreadsheets`);
    expect(await clickDownload(mia, 'c.xlsx')).toMatchObject({ name: 'c.xlsx', sha256: original('c.xlsx') });
  }, 90_000);
});

describe('scenario 11: a browser is needed', () => {
  it('refuses a native client with the reason, admits the browser', async () => {
    await portal.use([
      {
        kind: 'AccessPolicy',
        name: 'Browser only',
        activity: [{ field: 'clientApp', operator: 'equals', values: ['mobileDesktop'] }],
        action: { type: 'block', message: 'You must use a web browser to access this app' },
      },
    ]);
    const native = await visitor(browser, {
      userAgent: 'Mozilla/5.0 (Windows NT 10.0) Teams/1.6.00.4472 Electron/22.3.27',
    });
    const page = await native.newPage();
    const answer = await page.goto(`${world.endpoints.files}/folders/documents`);
    expect(statusOf(answer)).toBe(403);
    expect(await page.innerText('body')).toContain('You must use a web browser to access this app');
    await enter('mia@acme.example', 'files', '/folders/documents');
  }, 60_000);
});

describe('scenario 12: the scanner is down', () => {
  it('refuses due to default behaviour, one outage alert, delivers once it is back', async () => {
    await portal.use([
      {
        kind: 'SessionPolicy',
        name: 'Inspect everything',
        controlType: 'monitorAndControlDownload',
        inspection: { types: [{ id: 'us-ssn' }] },
        action: { type: 'block' },
      },
    ]);
    const mia = await enter('mia@acme.example', 'files', '/folders/documents');
    await world.halt('dlp-scanner');
    const refused = await clickDownload(mia, 'Team lunch.txt');
    expect(refused.text).toContain('due to default behaviour');
    await world.resume('dlp-scanner');
    await mia.goto(`${world.endpoints.files}/folders/documents`);
    const clean = await eventually(async () => {
      const file = await clickDownload(mia, 'Team lunch.txt');
      if (file.name === 'Team lunch.txt') return file;
      await mia.goto(`${world.endpoints.files}/folders/documents`);
      return undefined;
    }, 'the scanner');
    expect(clean.sha256).toBe(original('Team lunch.txt'));
  }, 90_000);
});
