// The same content under a second app: what one policy blocks leaves through the other.
import type { App } from '@gatehouse/contracts/catalogue';
import { concerns, namedApps } from './named-apps.ts';
import { type Rule, restricts } from './rule.ts';

const hostsOf = ({ domains }: App) => domains.map(({ host }) => host);
const nested = (a: string, b: string) => a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);

function originsOf({ domains }: App): string[] {
  return domains.flatMap(({ connectTo }) => (connectTo ? [`${connectTo.host}:${connectTo.port}`] : []));
}

function signsInAt(app: App, other: App): boolean {
  const hosts = (app.oidcClient?.redirectUris ?? []).map((uri) => new URL(uri).hostname);
  return hosts.some((host) => hostsOf(other).includes(host));
}

/** One app lies under the other's domain, reaches the same server, or signs in at it. */
export function linked(a: App, b: App): boolean {
  if (hostsOf(a).some((one) => hostsOf(b).some((other) => nested(one, other)))) return true;
  return originsOf(a).some((origin) => originsOf(b).includes(origin)) || signsInAt(a, b) || signsInAt(b, a);
}

export const linkedAppUncovered: Rule = {
  id: 'linked-app-uncovered',
  severity: 'warning',
  check: ({ policy }, others, { apps = [] }) => {
    if (!restricts(policy) || policy.state === 'disabled') return [];
    const rivals = others.filter((other) => other.policy.kind === policy.kind && restricts(other.policy));
    const covered = (app: App) =>
      !app.enabled || concerns(policy, app.id) || rivals.some((other) => concerns(other.policy, app.id));
    return namedApps(policy).flatMap(({ id, path }) => {
      const app = apps.find((one) => one.id === id);
      if (app === undefined) return [];
      const open = apps.filter((other) => other.id !== id && linked(app, other) && !covered(other));
      return open.map((other) => ({
        path,
        message: `"${other.id}" is linked with "${id}", but no policy of this kind restricts it.`,
        remedy: `Add "${other.id}" to this row.`,
      }));
    });
  },
};
