// The administrator: enters by the one-time link in the browser, then uses the API as the web app does.
import type { Activity } from '@gatehouse/contracts/activity';
import type { Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import type { Page } from 'playwright-core';

export type Answer = { readonly status: number; readonly body: unknown };

export class Portal {
  private readonly page: Page;

  private constructor(page: Page) {
    this.page = page;
  }

  static async enter(page: Page, setupLink: string): Promise<Portal> {
    await page.goto(setupLink);
    await page.getByLabel('E-mail').fill('admin@acme.example');
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Create administrator' }).click();
    await page
      .getByRole('link', { name: /policies/i })
      .first()
      .waitFor();
    return new Portal(page);
  }

  /** One API call from the page's own origin, with its cookie and CSRF token. */
  call(method: string, path: string, body?: unknown, version?: number): Promise<Answer> {
    return this.page.evaluate(
      async ([m, p, b, v]) => {
        const me = await (await fetch('/api/v1/me')).json();
        const headers: Record<string, string> = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken };
        if (v) headers['if-match'] = `"${v}"`;
        const answer = await fetch(`/api/v1${p}`, {
          method: m as string,
          headers,
          ...(b ? { body: JSON.stringify(b) } : {}),
        });
        const text = await answer.text();
        return { status: answer.status, body: text ? JSON.parse(text) : undefined };
      },
      [method, path, body, version] as const,
    );
  }

  /** A screenshot of one screen, for the README. */
  async photograph(path: string, file: string): Promise<void> {
    await this.page.goto(new URL(path, this.page.url()).href);
    await this.page.getByRole('row').nth(2).waitFor();
    await this.page.screenshot({ path: file });
  }

  async policies(): Promise<StoredPolicy[]> {
    return ((await this.call('GET', '/policies')).body as { policies: StoredPolicy[] }).policies;
  }

  /** Leaves exactly these policies enabled, and waits until every edge has them (SPEC: ≤ 5 s). */
  async use(policies: readonly Record<string, unknown>[]): Promise<void> {
    for (const { id, version } of await this.policies())
      await this.call('DELETE', `/policies/${id}`, undefined, version);
    for (const policy of policies) {
      const answer = await this.call('POST', '/policies', policy satisfies Partial<Policy>);
      if (answer.status !== 201) throw new Error(`policy refused: ${JSON.stringify(answer.body)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2500));
  }

  async activities(query: string): Promise<Activity[]> {
    return ((await this.call('GET', `/activities?${query}`)).body as { activities: Activity[] }).activities;
  }

  async activity(id: string): Promise<Activity> {
    return ((await this.call('GET', `/activities/${id}`)).body as { activity: Activity }).activity;
  }
}
