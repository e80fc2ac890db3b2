// The engines of the policy benchmark, each by the fastest interface it documents: Cedar with a policy set parsed once
// and kept inside (preparsePolicySet, statefulIsAuthorized), casbin without promises (enforceSync).
import { createRequire } from 'node:module';
import { compile } from '@gatehouse/policy/compile';
import { evaluate } from '@gatehouse/policy/evaluate';
import { newEnforcer, newModelFromString, StringAdapter } from 'casbin';
import ipaddr from 'ipaddr.js';
import { type Asked, asPolicy, asRequest, type Rule } from './policy-rules.ts';

/** Whether it blocks, and the ids of the rules that matched where the engine tells. */
export type Answer = { readonly blocked: boolean; readonly matched?: readonly string[] };

export type Engine = {
  readonly name: string;
  /** Prepares one request as a caller would hold it, then answers it as often as asked. */
  readonly prepare: (asked: Asked) => () => unknown;
  readonly read: (answer: unknown) => Answer;
};

export function gatehouse(rules: readonly Rule[]): Engine {
  const compiled = compile(rules.map(asPolicy));
  return {
    name: 'gatehouse',
    prepare(asked) {
      const request = asRequest(asked);
      return () => evaluate(compiled, request);
    },
    read(answer) {
      const evaluation = answer as ReturnType<typeof evaluate>;
      if (evaluation.type !== 'verdict') throw new Error('gatehouse: no verdict');
      const { action, matched } = evaluation.verdict;
      return { blocked: action === 'block', matched: matched.map(({ id }) => id).sort() };
    },
  };
}

type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');
type CedarContext = Parameters<Cedar['statefulIsAuthorized']>[0]['context'];

function cedarText({ app, group, extension, unlessTag, country, range }: Rule): string {
  const conditions = [
    ...(extension === undefined ? [] : [`context.extensions.contains("${extension}")`]),
    ...(unlessTag === undefined ? [] : [`!context.deviceTags.contains("${unlessTag}")`]),
    ...(country === undefined ? [] : [`context has country && context.country == "${country}"`]),
    ...(range === undefined ? [] : [`context.ip.isInRange(ip("${range}"))`]),
  ];
  const who = group === undefined ? 'principal' : `principal in Group::"${group}"`;
  const where = app === undefined ? 'resource' : `resource == App::"${app}"`;
  return `forbid(${who}, action == Action::"download", ${where}) when { ${conditions.join(' && ')} };`;
}

export function cedar(rules: readonly Rule[]): Engine {
  const wasm = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as Cedar;
  const policies = Object.fromEntries(rules.map((rule) => [rule.id, cedarText(rule)]));
  const staticPolicies = { ...policies, otherwise: 'permit(principal, action, resource);' };
  const parsed = wasm.preparsePolicySet(`bench${rules.length}`, { staticPolicies });
  if (parsed.type !== 'success') throw new Error(`cedar: ${parsed.errors[0]?.message}`);
  return {
    name: 'cedar',
    prepare(asked) {
      const principal = { type: 'User', id: asked.user };
      const groups = asked.groups.map((id) => ({ type: 'Group', id }));
      const ip = { __extn: { fn: 'ip', arg: asked.ip } };
      const context: CedarContext = {
        ...{ ip, country: asked.country, extensions: [asked.extension], deviceTags: [...asked.tags] },
      };
      const call = {
        principal,
        action: { type: 'Action', id: 'download' },
        resource: { type: 'App', id: asked.app },
        context,
        preparsedPolicySetId: `bench${rules.length}`,
        entities: [
          { uid: principal, attrs: {}, parents: groups },
          ...groups.map((uid) => ({ uid, attrs: {}, parents: [] })),
        ],
      };
      return () => wasm.statefulIsAuthorized(call);
    },
    read(answer) {
      const told = answer as ReturnType<Cedar['statefulIsAuthorized']>;
      if (told.type !== 'success') throw new Error(`cedar: ${told.errors[0]?.message}`);
      const { decision, diagnostics } = told.response;
      if (diagnostics.errors.length > 0) throw new Error(`cedar: ${JSON.stringify(diagnostics.errors[0])}`);
      return { blocked: decision === 'deny', matched: diagnostics.reason.filter((id) => id !== 'otherwise').sort() };
    },
  };
}

const casbinModel = `
[request_definition]
r = user, app, act, extension, tags, country, ip
[policy_definition]
p = app, group, act, extension, tag, country, range, eft
[policy_effect]
e = !some(where (p.eft == deny))
[matchers]
m = (p.app == "*" || r.app == p.app) && r.act == p.act && (p.extension == "*" || r.extension == p.extension) && (p.group == "*" || inGroup(r.user, p.group)) && (p.country == "*" || r.country == p.country) && !hasTag(r.tags, p.tag) && (p.range == "*" || inRange(r.ip, p.range))
`;

export async function casbin(rules: readonly Rule[]): Promise<Engine> {
  const lines = rules.map(
    ({ app = '*', group = '*', extension = '*', unlessTag = '*', country = '*', range = '*' }) =>
      `p, ${app}, ${group}, download, ${extension}, ${unlessTag}, ${country}, ${range}, deny`,
  );
  const enforcer = await newEnforcer(newModelFromString(casbinModel), new StringAdapter(lines.join('\n')));
  const ranges = new Map(rules.flatMap(({ range }) => (range ? [[range, ipaddr.parseCIDR(range)] as const] : [])));
  // Functions of our own instead of casbin's role manager and ipMatch, which are slower: sets and parsed ranges.
  enforcer.addFunction('inGroup', (user: Set<string>, group: string) => user.has(group));
  enforcer.addFunction('hasTag', (tags: Set<string>, tag: string) => tags.has(tag));
  enforcer.addFunction('inRange', (ip: ipaddr.IPv4, range: string) => {
    const parsed = ranges.get(range);
    return parsed !== undefined && ip.match(parsed as [ipaddr.IPv4, number]);
  });
  return {
    name: 'casbin',
    prepare({ groups, app, extension, tags, country, ip }) {
      const [user, device, address] = [new Set(groups), new Set(tags), ipaddr.IPv4.parse(ip)];
      return () => enforcer.enforceSync(user, app, 'download', extension, device, country, address);
    },
    read: (answer) => ({ blocked: answer !== true }),
  };
}
