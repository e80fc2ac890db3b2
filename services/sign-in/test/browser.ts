// A small browser: cookies per host, redirects followed, the login host reached as if through the edge.
import { newFetch } from '../src/loopback-fetch.ts';

export const loginOrigin = 'http://login.gatehouse.localhost:8080';
export const secureLoginOrigin = 'https://login.gatehouse.localhost:8443';
export const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';

export type Step = { readonly url: string; readonly status: number; readonly html: string; readonly headers: Headers };
const loopback = newFetch(true);

export class Browser {
  readonly cookies = new Map<string, Map<string, string>>();
  readonly requested: string[] = [];
  /** Which replica the login host is. */
  port: number;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly origin: string;
  /** `origin` is the login origin in the address bar. */
  constructor(port: number, headers: Readonly<Record<string, string>> = {}, origin: string = loginOrigin) {
    this.port = port;
    this.origin = origin;
    this.headers = { 'user-agent': chrome, ...headers };
  }

  /** Follows redirects until a page, or until the way leads to an app host: then the step has that URL and status 0. */
  async open(url: string, form?: Readonly<Record<string, string>>): Promise<Step> {
    const { hostname } = new URL(url);
    if (!/^(?:login|idp)\.gatehouse\.localhost$/.test(hostname))
      return { url, status: 0, html: '', headers: new Headers() };
    this.requested.push(url);
    const response = await this.send(url, form);
    for (const line of response.headers.getSetCookie()) this.keep(hostname, line);
    const next = response.headers.get('location');
    if (next) return this.open(new URL(next, url).href);
    return { url, status: response.status, html: await response.text(), headers: response.headers };
  }

  /** The fields and address of the one form of a page. */
  form(page: Step): { readonly action: string; readonly values: Record<string, string> } {
    const action = unescapeHtml(/<form[^>]* action="([^"]*)"/.exec(page.html)?.[1] ?? '');
    const hidden = [...page.html.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const values = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
    return { action: new URL(action, page.url).href, values };
  }

  /** Submits the one form of a page. */
  async submit(page: Step, fields: Readonly<Record<string, string>> = {}): Promise<Step> {
    const { action, values } = this.form(page);
    return this.open(action, { ...values, ...fields });
  }

  private send(url: string, form: Readonly<Record<string, string>> | undefined): Promise<Response> {
    const { hostname, origin } = new URL(url);
    const cookie = [...(this.cookies.get(hostname) ?? [])].map((pair) => pair.join('=')).join('; ');
    const forwarded = {
      'x-forwarded-proto': new URL(this.origin).protocol.replace(':', ''),
      'x-forwarded-host': new URL(this.origin).host,
      'x-forwarded-for': '203.0.113.9',
    };
    const atLogin = origin === this.origin;
    return loopback(atLogin ? url.replace(this.origin, `http://127.0.0.1:${this.port}`) : url, {
      method: form ? 'POST' : 'GET',
      headers: {
        ...(atLogin ? forwarded : {}),
        ...this.headers,
        cookie,
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded', origin } : {}),
      },
      ...(form ? { body: new URLSearchParams(form).toString() } : {}),
    });
  }

  private keep(host: string, line: string): void {
    const jar = this.cookies.get(host) ?? new Map<string, string>();
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
    else jar.set(name, value);
    this.cookies.set(host, jar);
  }
}

function unescapeHtml(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
