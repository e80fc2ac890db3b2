// The rules of the policy benchmark, said once and written for each engine: downloads that are blocked unless none of
// the rules matches. Few kinds of conditions, all of which every engine can express.
import { type DecisionRequest, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { type FilterRow, policySchema, type StoredPolicy } from '@gatehouse/contracts/policy';

export type Rule = {
  readonly id: string;
  readonly app?: string;
  readonly group?: string;
  readonly extension?: string;
  /** Blocks unless the device carries this tag. */
  readonly unlessTag?: string;
  readonly country?: string;
  readonly range?: string;
};

export type Asked = {
  readonly user: string;
  readonly groups: readonly string[];
  readonly app: string;
  readonly extension: string;
  readonly tags: readonly string[];
  readonly country: string;
  readonly ip: string;
};

/** mulberry32: the same rules and requests in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const apps = 50;
const groups = 100;
const extensions = ['xls', 'docx', 'pdf', 'csv', 'zip', 'pptx', 'png', 'txt'];
const tags = ['compliant', 'domainJoined', 'validClientCertificate'];
const countries = ['DE', 'FR', 'US', 'CN', 'BR', 'IN', 'ZA', 'JP'];

/** Of ten rules six name an app and a group, two an app, one a group, and one neither. */
export function rules(count: number): Rule[] {
  const next = random(count);
  const pick = <T>(values: readonly T[]) => values[Math.floor(next() * values.length)]!;
  return Array.from({ length: count }, (_, at) => {
    const kind = at % 10;
    return {
      id: `rule${at}`,
      ...(kind < 8 ? { app: `app${Math.floor(next() * apps)}` } : {}),
      ...(kind < 6 || kind === 8 ? { group: `group${Math.floor(next() * groups)}` } : {}),
      extension: pick(extensions),
      unlessTag: pick(tags),
      ...(next() < 0.5 ? { country: pick(countries) } : {}),
      ...(next() < 0.5 ? { range: `10.${Math.floor(next() * 8)}.0.0/16` } : {}),
    };
  });
}

export function requests(count: number): Asked[] {
  const next = random(7);
  const pick = <T>(values: readonly T[]) => values[Math.floor(next() * values.length)]!;
  return Array.from({ length: count }, (_, at) => ({
    user: `user${at % 200}`,
    groups: [
      ...new Set(Array.from({ length: 1 + Math.floor(next() * 5) }, () => `group${Math.floor(next() * groups)}`)),
    ],
    app: `app${Math.floor(next() * apps)}`,
    extension: pick(extensions),
    tags: tags.filter(() => next() < 0.3),
    country: pick(countries),
    ip: `10.${Math.floor(next() * 10)}.1.${1 + Math.floor(next() * 250)}`,
  }));
}

const row = (field: string, operator: FilterRow['operator'], value: string | undefined): FilterRow[] =>
  value === undefined ? [] : [{ field, operator, values: [value] }];

export function asPolicy(rule: Rule): StoredPolicy {
  const policy = policySchema.parse({
    kind: 'SessionPolicy',
    name: rule.id,
    controlType: 'monitorAndControlDownload',
    activity: [
      ...row('app', 'equals', rule.app),
      ...row('user.group', 'equals', rule.group),
      ...row('device.tags', 'doesNotEqual', rule.unlessTag),
      ...row('location.country', 'equals', rule.country),
      ...row('ip.address', 'inRange', rule.range),
    ],
    files: row('file.extension', 'equals', rule.extension),
    action: { type: 'block' },
  });
  return { id: rule.id, version: 1, policy, createdAt: '', updatedAt: '', updatedBy: 'bench' };
}

export function asRequest(asked: Asked): DecisionRequest {
  return decisionRequestSchema.parse({
    decisionId: '018f5b4e-0000-7000-8000-000000000001',
    scope: 'session',
    subject: { type: 'user', id: asked.user, properties: { groups: asked.groups, deviceTags: asked.tags } },
    action: { name: 'download' },
    resource: {
      type: 'app',
      id: asked.app,
      properties: { host: 'h', file: { name: `a.${asked.extension}`, extensions: [asked.extension] } },
    },
    context: { time: '2026-01-05T10:00:00Z', ip: asked.ip, country: asked.country },
  });
}
