// Runs policy tests with the core that enforces: no traffic, no service, no clock.
import { type DecisionRequest, decisionRequestSchema, type Verdict } from '@gatehouse/contracts/decision';
import type { Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import { type PolicyTest, type TestRequest, testRequestSchema } from '@gatehouse/contracts/policy-test';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { fold } from './match/text-match.ts';
import { fieldPath, type Problem } from './problem.ts';

export type CaseResult = {
  readonly test: string;
  readonly name: string;
  /** Path of the case in its document: `cases[2]`. */
  readonly field: string;
  readonly passed: boolean;
  /** `expected action block, got none`; empty when passed. */
  readonly differences: readonly string[];
};

type Case = PolicyTest['cases'][number];

/** What is wrong with the requests of a test beyond its shape, and with the policies it names (if those are known). */
export function checkPolicyTest(test: PolicyTest, policyNames: readonly string[] | undefined): Problem[] {
  const known = policyNames && new Set(policyNames.map(fold));
  const unknown = (test.policies ?? []).flatMap((name, at): Problem[] =>
    known === undefined || known.has(fold(name))
      ? []
      : [
          {
            field: `policies[${at}]`,
            message: `there is no policy "${name}" in this set`,
            permitted: policyNames ?? [],
          },
        ],
  );
  const requests = test.cases.flatMap((one, at): Problem[] => {
    const parsed = testRequestSchema.safeParse({ ...test.given, ...one.request });
    if (parsed.success) return [];
    return parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ field: placeOf(one, at, [...issue.path, key]), message: 'is no fact of a test' }))
        : [{ field: placeOf(one, at, issue.path), message: issue.message }],
    );
  });
  return [...unknown, ...requests];
}

const placeOf = (one: Case, at: number, path: readonly PropertyKey[]) => {
  const [first] = path;
  const own = first === undefined || first in one.request;
  return own ? fieldPath(['cases', at, 'request', ...path]) : fieldPath(['given', ...path]);
};

/** Runs every case of a test that `checkPolicyTest` found nothing wrong with. */
export function runPolicyTest(test: PolicyTest, policies: readonly Policy[]): CaseResult[] {
  const compiled = compile(chosen(test, policies).map(toStored));
  return test.cases.map((one, at) => {
    const request = toRequest(testRequestSchema.parse({ ...test.given, ...one.request }));
    const answer = evaluate(compiled, request);
    // Tests state every fact, so an open question is a fact the format cannot state.
    const differences =
      answer.type === 'verdict'
        ? differencesOf(one.expect, answer.verdict)
        : [`the verdict needs ${JSON.stringify(answer.needs)}: state the file`];
    return { test: test.name, name: one.name, field: `cases[${at}]`, passed: differences.length === 0, differences };
  });
}

function chosen(test: PolicyTest, policies: readonly Policy[]): Policy[] {
  if (test.policies === undefined) return [...policies];
  const names = new Set(test.policies.map(fold));
  return policies.filter(({ name }) => names.has(fold(name))).map((policy) => ({ ...policy, state: 'enabled' }));
}

function toStored(policy: Policy, at: number): StoredPolicy {
  return { id: String(at), version: 1, policy, createdAt: '', updatedAt: '', updatedBy: '' };
}

const isAccess = (activity: string | undefined, file: unknown) =>
  activity === 'login' || (activity === undefined && file === undefined);

function toRequest(test: TestRequest): DecisionRequest {
  const { file, app, user, groups, deviceTags, activity, ...context } = test;
  const access = isAccess(activity, file);
  return decisionRequestSchema.parse({
    decisionId: '00000000-0000-4000-8000-000000000000',
    scope: access ? 'access' : 'session',
    subject: { type: 'user', id: user, properties: { groups, deviceTags } },
    action: { name: activity ?? (access ? 'login' : 'download') },
    resource: {
      type: 'app',
      id: app,
      properties: { host: `${app}.example.com`, file: access ? undefined : factsOf(file ?? testRequestFile) },
    },
    context: { time: '2026-01-01T00:00:00Z', ...context },
  });
}

type TestFile = NonNullable<TestRequest['file']>;
const testRequestFile: TestFile = { type: [], bytes: 1024, label: [], content: {}, malware: false };

function factsOf(file: TestFile) {
  const { name, type, typeMismatch, bytes, label, content, malware, unscannable } = file;
  const extension = /\.([^.]+)$/u.exec(name ?? '')?.[1]?.toLowerCase();
  const matches = Object.entries(content).map(([id, count]) => ({
    type: id,
    instances: { 65: count, 75: count, 85: count },
  }));
  const unread = unscannable === undefined ? undefined : { state: 'unscannable', reason: unscannable };
  return {
    name,
    extensions: file.extensions ?? (extension === undefined ? [] : [extension]),
    types: type,
    typeMismatch,
    size: { state: 'known', bytes },
    label: unread && label.length === 0 ? unread : { state: 'known', labels: label },
    content: unread ? { ...unread, matches } : { state: 'known', matches },
    malware: unread && !malware ? unread : { state: 'known', infected: malware },
  };
}

function differencesOf(expected: Case['expect'], verdict: Verdict): string[] {
  const names = (list: Verdict['matched']) => list.map(({ name }) => name).sort();
  const message = verdict.obligations.find((one) => one.type === 'showMessage')?.message ?? '';
  const found: Record<string, unknown> = {
    action: verdict.matched.length === 0 ? 'none' : verdict.action,
    policy: verdict.policyName ?? 'none',
    matched: names(verdict.matched),
    reportOnly: names(verdict.reportOnly),
    reason: verdict.reason,
  };
  const differing = Object.entries(expected).flatMap(([key, wanted]) => {
    if (key === 'message') {
      return message.includes(String(wanted)) ? [] : [`expected a message with "${wanted}", got "${message}"`];
    }
    const sorted = Array.isArray(wanted) ? [...wanted].sort() : wanted;
    return same(sorted, found[key]) ? [] : [`expected ${key} ${words(sorted)}, got ${words(found[key])}`];
  });
  return differing;
}

const same = (a: unknown, b: unknown) => fold(JSON.stringify(a)) === fold(JSON.stringify(b));
const words = (value: unknown) => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));
