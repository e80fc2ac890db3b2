// People before a browser.
import type { Browser, BrowserContext } from 'playwright-core';

export type Visitor = { readonly address?: string; readonly userAgent?: string };

/** A fresh person: own cookies, own address (through the trusted proxy header), own user agent. */
export function visitor(browser: Browser, { address, userAgent }: Visitor = {}): Promise<BrowserContext> {
  return browser.newContext({
    acceptDownloads: true,
    locale: 'en-GB',
    viewport: { width: 1280, height: 860 },
    ...(address ? { extraHTTPHeaders: { 'x-forwarded-for': address } } : {}),
    ...(userAgent ? { userAgent } : {}),
  });
}
