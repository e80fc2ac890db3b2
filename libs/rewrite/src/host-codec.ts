// Real host names and the suffixed names that browsers see; a name becomes an upstream by exact lookup only.
import type { AppDomain } from '@gatehouse/contracts/catalogue';

export type CatalogueDomain = AppDomain & { readonly app: string };
export type Scheme = 'http' | 'https';

export type HostCodecOptions = {
  /** Domain the organisation owns, `gatehouse.localhost`. */
  readonly suffix: string;
  readonly publicScheme: Scheme;
  /** Port of the public listener; leave out for the scheme's default. */
  readonly publicPort?: number | undefined;
  readonly domains: readonly CatalogueDomain[];
};

export type HostCodec = {
  readonly suffix: string;
  readonly publicScheme: Scheme;
  /** Undefined when it is the scheme's default. */
  readonly publicPort: number | undefined;
  readonly domains: readonly CatalogueDomain[];
  /** The entry of a real host name (no port). */
  find(host: string): CatalogueDomain | undefined;
  /** `h` → `h.suffix`, without port; undefined for hosts that are not catalogued. */
  toPublic(host: string): string | undefined;
  /** `h.suffix` with or without a port → entry; anything else → undefined. Never resolves or guesses. */
  toReal(publicHost: string): CatalogueDomain | undefined;
  /** `http://h.suffix:8080`. */
  publicOrigin(host: string): string | undefined;
  /** `http://h:9101`. */
  realOrigin(host: string): string | undefined;
};

export class HostNameError extends Error {
  readonly code = 'HOST_NAME';
  readonly host: string;
  constructor(host: string, why: string) {
    super(`${host}: ${why}`);
    this.host = host;
  }
}

const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * Why a name cannot be a catalogued host, or undefined if it can. The suffixed form counts against the limits of
 * RFC 1035 §2.3.4 (253 octets, labels of 63).
 */
export const hostNameProblem = (host: string, suffix: string): string | undefined => {
  const labels = host.split('.');
  if (host !== host.toLowerCase()) return 'must be lower case';
  if (/^[\d.]+$/.test(host) || /^0x[\da-f.x]*$/.test(host) || host.includes(':'))
    return 'is an IP literal: give it an alias';
  if (labels.length < 2) return 'has a single label: give it an alias';
  if (!labels.every((part) => label.test(part))) return 'has a label that is empty, too long or has odd characters';
  if (/^\d+$/.test(labels.at(-1) ?? '')) return 'is an IP literal: give it an alias';
  if (host.length + 1 + suffix.length > 253) return 'is longer than 253 octets with the suffix';
  if (host === suffix || host.endsWith(`.${suffix}`)) return 'lies under the suffix';
  return undefined;
};

export const defaultPort = (scheme: string): number => (/^(?:https|wss)$/i.test(scheme) ? 443 : 80);

const normalPort = (scheme: Scheme, port: number | undefined) => (port === defaultPort(scheme) ? undefined : port);

const origin = (scheme: Scheme, host: string, port: number | undefined) =>
  port === undefined ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;

/** Port of `domain` as it stands in its URLs: undefined when it is the scheme's default. */
export const realPort = (domain: AppDomain): number | undefined => normalPort(domain.scheme, domain.port);

/** `h` or `h:9101`: what the upstream expects as Host. */
export const realAuthority = (domain: AppDomain): string => {
  const port = realPort(domain);
  return port === undefined ? domain.host : `${domain.host}:${port}`;
};

/**
 * Maps catalogue hosts to suffixed names and back.
 * @throws HostNameError for a name that cannot be mapped or stands in the catalogue twice.
 */
export const createHostCodec = (options: HostCodecOptions): HostCodec => {
  const suffix = options.suffix.toLowerCase();
  const publicPort = normalPort(options.publicScheme, options.publicPort);
  const byHost = new Map<string, CatalogueDomain>();
  for (const domain of options.domains) {
    const problem = hostNameProblem(domain.host, suffix);
    if (problem !== undefined) throw new HostNameError(domain.host, problem);
    if (byHost.has(domain.host)) throw new HostNameError(domain.host, 'is catalogued twice');
    byHost.set(domain.host, domain);
  }
  const find = (host: string) => byHost.get(host.toLowerCase());
  return {
    suffix,
    publicScheme: options.publicScheme,
    publicPort,
    domains: [...byHost.values()],
    find,
    toPublic: (host) => (find(host) === undefined ? undefined : `${host.toLowerCase()}.${suffix}`),
    toReal: (publicHost) => {
      const name = publicHost.toLowerCase().replace(/:\d{1,5}$/, '');
      return name.endsWith(`.${suffix}`) ? byHost.get(name.slice(0, -suffix.length - 1)) : undefined;
    },
    publicOrigin: (host) => {
      const domain = find(host);
      return domain && origin(options.publicScheme, `${domain.host}.${suffix}`, publicPort);
    },
    realOrigin: (host) => {
      const domain = find(host);
      return domain && origin(domain.scheme, domain.host, realPort(domain));
    },
  };
};
