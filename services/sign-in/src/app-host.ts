// Which app a host belongs to, in both directions, always by equality with the catalogue: suffix tests accept `evilexample.com`.
import type { App, AppDomain, Catalogue } from '@gatehouse/contracts/catalogue';

export type AppHost = { readonly app: App; readonly domain: AppDomain; readonly suffixedHost: string };

/** The enabled app whose suffixed host this is; a port is ignored, everything else must be equal. */
export function appOfSuffixedHost(catalogue: Catalogue, suffix: string, host: string): AppHost | undefined {
  const name = hostName(host);
  for (const app of catalogue.apps) {
    if (!app.enabled) continue;
    for (const domain of app.domains) {
      const suffixedHost = `${domain.host.toLowerCase()}.${suffix}`;
      if (suffixedHost === name) return { app, domain, suffixedHost };
    }
  }
  return undefined;
}

/** `host[:port]` in lower case without its port; undefined when it is anything else. */
export function hostName(host: string): string | undefined {
  return /^([a-z0-9_.-]{1,253})(?::\d{1,5})?$/.exec(host.toLowerCase())?.[1];
}

/** Origin of the suffixed host as the browser sees it: scheme and port are those of the login origin in use. */
export function suffixedOrigin(found: Pick<AppHost, 'suffixedHost'>, loginOrigin: string): string {
  const { protocol, port } = new URL(loginOrigin);
  return `${protocol}//${found.suffixedHost}${port ? `:${port}` : ''}`;
}

/** Suffixed hosts of an app that need their own ticket before it opens. */
export function requiredHosts(app: App, suffix: string): string[] {
  return app.domains.filter(({ required }) => required).map(({ host }) => `${host.toLowerCase()}.${suffix}`);
}

/** Origin of the real app. */
export function realOrigin(domain: AppDomain): string {
  return new URL(`${domain.scheme}://${domain.host}${domain.port ? `:${domain.port}` : ''}`).origin;
}

/** A URL of the app with its suffix, if a rewritten link gave it one, taken away; others come back as they are. */
export function unsuffix(catalogue: Catalogue, suffix: string, text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const found = appOfSuffixedHost(catalogue, suffix, url.hostname);
  if (!found || url.username || url.password) return text;
  return text.replace(/^[^:]+:\/\/[^/?#]*/, realOrigin(found.domain));
}

/** The suffixed form of a real app URL that stands in the catalogue, or undefined. */
export function suffixed(catalogue: Catalogue, suffix: string, loginOrigin: string, text: string): string | undefined {
  const url = new URL(text);
  const found = appOfSuffixedHost(catalogue, suffix, `${url.hostname}.${suffix}`);
  if (!found || realOrigin(found.domain) !== url.origin) return undefined;
  return text.replace(/^[^:]+:\/\/[^/?#]*/, suffixedOrigin(found, loginOrigin));
}
