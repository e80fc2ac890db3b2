// SPEC scenario 4 and coaching, in a real Chromium against every service.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { sampleFiles } from '@gatehouse/demo-app/sample-files';
import { startBrowser } from '@gatehouse/testkit/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clickDownload, confirmNotice, eventually, savedBy, signIn } from '../src/journey.ts';
import { Portal } from '../src/portal.ts';
import { startTestWorld, type TestWorld } from '../src/test-world.ts';
import { visitor } from '../src/visitor.ts';

let world: TestWorld;
let browser: Browser;
let portal: Portal;
let admin: Page;
const user = 'mia@acme.example';
const file = 'Team lunch.txt';
const original = createHash('sha256')
  .update(sampleFiles().find(({ name }) => name === file)?.bytes ?? '')
  .digest('hex');

const unmanaged = {
  field: 'device.tags',
  operator: 'doesNotEqual',
  values: ['compliant', 'domainJoined', 'validClientCertificate'],
};
const policy = (name: string, action: object) => ({
  kind: 'SessionPolicy',
  name,
  severity: 'high',
  controlType: 'monitorAndControlDownload',
  activity: [{ field: 'app', operator: 'equals', values: ['files'] }, unmanaged],
  files: [{ field: 'file.type', operator: 'equals', values: ['document', 'text'] }],
  action,
});

beforeAll(async () => {
  mkdirSync('.gatehouse/e2e', { recursive: true });
  world = await startTestWorld();
  browser = await startBrowser();
  admin = await (await visitor(browser)).newPage();
  portal = await Portal.enter(admin, world.endpoints.setupLink);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await world?.stop();
}, 60_000);

async function enter(): Promise<Page> {
  const page = await (await visitor(browser)).newPage();
  await signIn(page, `${world.endpoints.files}/folders/documents`, user);
  await confirmNotice(page);
  await page.locator('[data-file],[data-action]').first().waitFor({ timeout: 20_000 });
  return page;
}

/** Looks at the page at hand: wide, at 320 px and in the dark; nothing may stick out. */
async function look(page: Page, name: string, ours: 'page' | 'dialog' = 'page'): Promise<void> {
  const shoot = (which: string) => page.screenshot({ path: `.gatehouse/e2e/${name}-${which}.png` });
  await shoot('wide');
  await page.setViewportSize({ width: 320, height: 700 });
  await page.emulateMedia({ colorScheme: 'dark' });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  // Under a dialog lies the app, which is as wide as it likes.
  if (ours === 'page') expect(width).toBeLessThanOrEqual(320);
  await shoot('narrow-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 860 });
}

const link = (page: Page) => page.locator(`[data-file$="/${file}"] [data-action="attachment"]`).first();

/** From the page of sign-in through the provider's form up to its second step. */
async function toSecondStep(page: Page): Promise<void> {
  await page.click('main button[type=submit]');
  await page.fill('input[name=login]', user);
  await page.fill('input[name=password]', 'demo');
  await page.click('button[type=submit]');
  await page.getByLabel('Code').waitFor();
}

const rows = (appliedAction: string) =>
  eventually(async () => {
    const all = await portal.activities(`user=${encodeURIComponent(user)}&limit=30`);
    return all.find((row) => row.appliedAction === appliedAction);
  }, `a row ${appliedAction}`);

describe('the policy editor', () => {
  it('offers step-up with its contexts, and shows the message as it will be read', async () => {
    await admin.goto(new URL('/policies/new', admin.url()).href);
    await admin.getByLabel('Name', { exact: true }).fill('By hand');
    await admin.getByLabel('Action', { exact: true }).selectOption('stepUp');
    await admin.getByRole('button', { name: /^(Save|Create)/ }).click();
    await admin.getByText('step-up needs at least one authentication context').first().waitFor();
    await admin.getByRole('combobox', { name: 'Authentication context' }).fill('mfa');
    await admin.getByRole('combobox', { name: 'Authentication context' }).press('Enter');
    await admin.getByLabel('Message', { exact: true }).fill('Confirm to take {fileName} out of {appName}.');
    await admin.getByText('Confirm to take Q3.xls out of Box.').waitFor();
    await admin.getByText('Preview', { exact: true }).scrollIntoViewIfNeeded();
    await admin.screenshot({ path: '.gatehouse/e2e/policy-editor-step-up.png' });
    await admin.getByRole('button', { name: /^(Save|Create)/ }).click();
    const saved = await eventually(
      async () => (await portal.policies()).find((one) => one.policy.name === 'By hand'),
      'the saved policy',
    );
    expect(saved.policy.action).toEqual({
      type: 'stepUp',
      authnContext: ['mfa'],
      message: 'Confirm to take {fileName} out of {appName}.',
    });
  }, 60_000);
});

describe('scenario 4: step-up for document downloads from unmanaged devices', () => {
  let page: Page;

  it('asks the identity provider, and refuses a weak context', async () => {
    const message = 'Confirm with your second factor to take {fileName} out of {appName}.';
    await portal.use([policy('Step up', { type: 'stepUp', authnContext: ['mfa'], message })]);
    page = await enter();
    await link(page).click();
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    expect(await page.locator('main').innerText()).toContain(`to take ${file} out of`);
    await look(page, 'step-up');
    await toSecondStep(page);
    await look(page, 'second-step');
    await page.click('button[value=skip]');
    await page.getByRole('heading', { name: 'The download was not released' }).waitFor();
    await look(page, 'step-up-refused');
    expect(await rows('stepUpRequired')).toMatchObject({ bytesDown: 0, object: { name: file } });
    expect(await rows('stepUpFailed')).toMatchObject({ bytesDown: 0, reason: 'STEPUP_STALE' });
    await page.getByRole('link', { name: /Back to/ }).click();
    await link(page).waitFor();
    expect(new URL(page.url()).pathname).toBe('/folders/documents');
  }, 90_000);

  it('delivers the same file after the second factor, and asks no more for 15 minutes', async () => {
    await link(page).click();
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    await toSecondStep(page);
    await page.fill('input[name=code]', '123456');
    const arrived = await savedBy(page, () => page.click('button[value=code]'));
    expect(arrived).toMatchObject({ name: file, sha256: original });
    await page.getByRole('heading', { name: 'Your download starts' }).waitFor();
    await look(page, 'download-starts');
    await page.getByRole('link', { name: /Back to/ }).click();
    await link(page).waitFor();
    expect(await clickDownload(page, file)).toMatchObject({ name: file, sha256: original });
    const row = await rows('stepUpPassed');
    expect(row).toMatchObject({ sha256Original: original, sha256Delivered: original });
  }, 90_000);

  it('shows a script’s refusal in the page, with the way on', async () => {
    const other = await enter();
    const answer = await other.evaluate(
      async (path) => {
        const response = await fetch(path);
        return { status: response.status, text: await response.text(), link: response.headers.get('gatehouse-link') };
      },
      `/files/documents/${encodeURIComponent(file)}`,
    );
    expect(answer.status).toBe(403);
    expect(answer.text).toContain(answer.link);
    await other.waitForTimeout(500);
    await look(other, 'step-up-dialog', 'dialog');
    await other.goto(answer.link ?? '');
    await toSecondStep(other);
    await other.fill('input[name=code]', '123456');
    const arrived = await savedBy(other, () => other.click('button[value=code]'));
    expect(arrived.sha256).toBe(original);
  }, 90_000);
});

describe('coaching', () => {
  it('warns, asks why, and goes on once', async () => {
    const message = 'Files from {appName} belong to the company. Keep {fileName} off shared computers.';
    await portal.use([policy('Think first', { type: 'coach', requireJustification: true, message })]);
    const page = await enter();
    await link(page).click();
    await page.getByRole('heading', { name: 'Before you download' }).waitFor();
    await look(page, 'warning');
    // As without script and without the browser's own check: the server is the one that insists.
    await page.evaluate(() => document.querySelector('form')?.setAttribute('novalidate', ''));
    await page.fill('textarea', 'short');
    await page.getByRole('button', { name: `Download ${file}` }).click();
    await page.getByText('Please write at least 10 characters.').waitFor();
    await look(page, 'warning-too-short');
    await page.fill('textarea', 'The caterer needs the list');
    const arrived = await savedBy(page, () => page.getByRole('button', { name: `Download ${file}` }).click());
    expect(arrived).toMatchObject({ name: file, sha256: original });
    expect(await rows('coachAccepted')).toMatchObject({ justification: 'The caterer needs the list' });
    await page.getByRole('link', { name: /Back to/ }).click();
    await link(page).click();
    await page.getByRole('button', { name: 'Do not download' }).click();
    await link(page).waitFor();
    expect(await rows('coachDeclined')).toMatchObject({ object: { name: file }, bytesDown: 0 });
  }, 90_000);

  it('works without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, acceptDownloads: true, locale: 'de-DE' });
    const page = await context.newPage();
    await signIn(page, `${world.endpoints.files}/folders/documents`, user);
    await page.getByRole('button', { name: /^Weiter zu/ }).click();
    await link(page).click();
    await page.getByRole('heading', { name: 'Vor dem Download' }).waitFor();
    await page.fill('textarea', 'Der Caterer braucht die Liste');
    const arrived = await savedBy(page, () => page.getByRole('button', { name: `${file} herunterladen` }).click());
    expect(arrived).toMatchObject({ name: file, sha256: original });
  }, 90_000);
});
