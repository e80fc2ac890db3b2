// The admin's way from a blocked download to why, to what-if, to the impact of a changed policy, in a real Chromium.

import { startBrowser } from '@gatehouse/testkit/browser';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clickDownload, confirmNotice, eventually, signIn } from '../src/journey.ts';
import { Portal } from '../src/portal.ts';
import { startTestWorld, type TestWorld } from '../src/test-world.ts';
import { visitor } from '../src/visitor.ts';

let world: TestWorld;
let browser: Browser;
let admin: BrowserContext;
let page: Page;
let portal: Portal;
let reference: string;
let policyId: string;

const picture = (name: string) => page.screenshot({ path: `.gatehouse/e2e/${name}.png`, fullPage: true });
const open = (path: string) => page.goto(new URL(path, page.url()).href);
/** No part of the screen is wider than a small phone. */
const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

beforeAll(async () => {
  world = await startTestWorld();
  browser = await startBrowser();
  admin = await visitor(browser);
  page = await admin.newPage();
  portal = await Portal.enter(page, world.endpoints.setupLink);
  await portal.use([
    {
      kind: 'SessionPolicy',
      name: 'No numbers out',
      severity: 'high',
      controlType: 'monitorAndControlDownload',
      files: [{ field: 'file.type', operator: 'equals', values: ['text'] }],
      inspection: { types: [{ id: 'us-ssn' }] },
      action: { type: 'block' },
      alerts: { enabled: true, dailyLimit: 5, email: ['soc@acme.example'] },
    },
    {
      kind: 'SessionPolicy',
      name: 'Watch managed devices',
      state: 'reportOnly',
      controlType: 'monitorAndControlDownload',
      activity: [{ field: 'device.tags', operator: 'doesNotEqual', values: ['compliant'] }],
      action: { type: 'block' },
    },
  ]);
  policyId = (await portal.policies()).find(({ policy }) => policy.name === 'No numbers out')?.id ?? '';
  const user = await (await visitor(browser)).newPage();
  await signIn(user, `${world.endpoints.files}/folders/documents`, 'mia@acme.example');
  await confirmNotice(user);
  await user.locator('[data-file]').first().waitFor({ timeout: 20_000 });
  await clickDownload(user, 'Team lunch.txt');
  const refused = await clickDownload(user, 'Customer list.txt');
  reference = /GH-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(refused.text)?.[0] ?? '';
  await eventually(async () => {
    const answer = await portal.call('GET', `/explain/${reference}`);
    return answer.status === 200 ? answer : undefined;
  }, 'the activity');
}, 150_000);

afterAll(async () => {
  await browser?.close();
  await world?.stop();
}, 60_000);

describe('explain', () => {
  it('opens from one search by reference id: winner, rows, report-only, within 2 s', async () => {
    await open('/activity');
    await page.getByLabel('Search', { exact: true }).fill(reference.toLowerCase());
    const started = Date.now();
    await page.getByRole('button', { name: 'Find' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('Blocked by “No numbers out”').first().waitFor();
    expect(Date.now() - started).toBeLessThan(2_000);
    const policy = drawer.getByRole('region', { name: 'Policy No numbers out' });
    expect(await policy.innerText()).toMatch(/won[\s\S]*hit[\s\S]*file.content equals us-ssn[\s\S]*us-ssn/);
    const watching = drawer.getByRole('region', { name: 'Policy Watch managed devices' });
    expect(await watching.innerText()).toMatch(/would block[\s\S]*absent[\s\S]*counts as a match/);
    expect(await drawer.innerText()).toMatch(/Timings/);
    await picture('why-drawer');
    await page.setViewportSize({ width: 320, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(overflow).toBeLessThanOrEqual(0);
    await picture('why-drawer-320-dark');
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.emulateMedia({ colorScheme: 'light' });
  }, 40_000);

  it('becomes a what-if that can be varied', async () => {
    await page.getByRole('dialog').getByRole('link', { name: 'Use as what-if' }).click();
    await page.getByTestId('what-if').getByText('Blocked by “No numbers out”').waitFor();
    expect(await page.getByLabel('File name').inputValue()).toBe('Customer list.txt');
    await picture('what-if');
    await page.getByLabel('Type', { exact: true }).selectOption('spreadsheet');
    await page.getByRole('button', { name: 'What would happen?' }).click();
    await page.getByTestId('what-if').getByText('Allowed: no enforced policy would match').waitFor();
    expect(new URL(page.url()).searchParams.get('fileType')).toBe('spreadsheet');
    await page.setViewportSize({ width: 320, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(overflow).toBeLessThanOrEqual(0);
    await picture('what-if-320-dark');
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.emulateMedia({ colorScheme: 'light' });
  }, 40_000);
});

describe('tuning', () => {
  it('an alert opens its policy with the case, and the draft is judged as it is changed', async () => {
    await open('/alerts');
    await page.getByRole('button', { name: 'Tune the policy No numbers out with this case' }).first().click();
    await page.getByTestId('what-if').getByText('Blocked by “No numbers out”').waitFor();
    await page.getByLabel('State', { exact: true }).selectOption('disabled');
    await page.getByTestId('what-if').getByText('Allowed: no enforced policy would match').waitFor();
  }, 40_000);

  it('previews the impact of the draft, as later enforced', async () => {
    page.once('dialog', (dialog) => dialog.accept());
    await open(`/policies/${policyId}`);
    await page.getByLabel('Type 1: minimum instances').waitFor();
    await page.getByLabel('State', { exact: true }).selectOption('disabled');
    await page.getByRole('button', { name: 'Preview impact' }).click();
    await page.getByTestId('impact').getByText('1 verdict would be different').waitFor();
    const pairs = page.getByRole('table', { name: 'Verdicts old and new' });
    expect(await pairs.innerText()).toMatch(/block\s+→ allow\s+1/);
    await page.getByText('example, newest first').click();
    expect(await page.getByRole('table', { name: 'Examples' }).innerText()).toContain('Customer list.txt');
    await picture('impact');
    await page.setViewportSize({ width: 320, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(overflow).toBeLessThanOrEqual(0);
    await picture('impact-320-dark');
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.emulateMedia({ colorScheme: 'light' });
    const [tab] = await Promise.all([
      admin.waitForEvent('page'),
      page.getByRole('table', { name: 'Examples' }).getByRole('link', { name: 'Customer list.txt' }).click(),
    ]);
    await tab.getByRole('dialog').getByText('Blocked by “No numbers out”').first().waitFor();
    await tab.close();
    // The unsaved draft is still there.
    expect(await page.getByLabel('State', { exact: true }).inputValue()).toBe('disabled');
  }, 40_000);

  it('says what a new report-only policy would have done, and when nothing was recorded', async () => {
    page.once('dialog', (dialog) => dialog.accept());
    await open('/policies/new');
    await page.getByRole('button', { name: 'Preview impact' }).click();
    await page.getByTestId('impact').getByText('Report only: would have matched 2 of 2 decisions').waitFor();
    await page.getByLabel('Kind', { exact: true }).selectOption('AccessPolicy');
    await page.getByText('The draft has changed since').waitFor();
    await picture('impact-report-only');
  }, 40_000);
});
