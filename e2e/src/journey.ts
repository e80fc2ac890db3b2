// The steps a person takes: signing in through the identity provider, downloading by each vector.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Download, Page, Response } from 'playwright-core';

export type Device = 'unmanaged' | 'compliant' | 'domainJoined';

/** Opens `url`, signs in at the demo IdP and confirms the notice; returns the answer of the last navigation. */
export async function signIn(page: Page, url: string, user: string, device: Device = 'unmanaged'): Promise<void> {
  await page.goto(url);
  await page.fill('input[name=login]', user);
  await page.fill('input[name=password]', 'demo');
  await page.selectOption('select[name=device]', device);
  await page.click('button[type=submit]');
  await page.waitForLoadState();
}

export async function confirmNotice(page: Page): Promise<void> {
  await page.getByRole('heading', { name: /monitored/ }).waitFor({ timeout: 15_000 });
  await page.click('button[type=submit]');
}

export type Saved = { readonly name: string; readonly sha256: string; readonly text: string; readonly bytes: Buffer };

export async function saved(download: Download): Promise<Saved> {
  const bytes = await readFile(await download.path());
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name: download.suggestedFilename(), sha256, text: bytes.toString('utf8'), bytes };
}

/** Runs `act` and gives the file that the browser saved because of it. */
export async function savedBy(page: Page, act: () => Promise<unknown>): Promise<Saved> {
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 20_000 }),
    act().catch(() => undefined),
  ]);
  return saved(download);
}

/** Clicks the row's link and gives the file: the original, or the text file the restricted page hands over. */
export function clickDownload(page: Page, file: string, action = 'attachment'): Promise<Saved> {
  return savedBy(page, () => page.locator(`[data-file$="/${file}"] [data-action="${action}"]`).first().click());
}

/** Waits until `ask` gives something; the house is event-driven. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string, ms = 15_000): Promise<T> {
  const until = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > until) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export const statusOf = (response: Response | null): number => response?.status() ?? 0;
