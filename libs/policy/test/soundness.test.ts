// What is decided early is decided rightly: no fact learned later could have changed it.
import { type DecisionRequest, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { type Filter, policySchema, type StoredPolicy } from '@gatehouse/contracts/policy';
import { expect, it } from 'vitest';
import { compile } from '../src/compile.ts';
import { evaluate } from '../src/evaluate.ts';

/** mulberry32: the same cases on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const rows: readonly Filter[] = [
  { field: 'file.label', operator: 'equals', values: ['Confidential'] },
  { field: 'file.label', operator: 'doesNotEqual', values: ['Confidential'] },
  { field: 'file.label', operator: 'isNotSet', values: [] },
  { field: 'file.content', operator: 'equals', values: ['us-ssn'] },
  { field: 'file.content', operator: 'doesNotEqual', values: ['us-ssn'] },
  { field: 'file.size', operator: 'greaterThan', values: ['1 KiB'] },
  { field: 'file.malware', operator: 'equals', values: [true] },
  { field: 'file.extension', operator: 'equals', values: ['xls'] },
  { field: 'file.extension', operator: 'doesNotEqual', values: ['xls'] },
];

function filter(next: () => number, depth: number): Filter {
  const members = () => Array.from({ length: 1 + Math.floor(next() * 3) }, () => filter(next, depth - 1));
  const kind = depth === 0 ? 1 : next();
  if (kind < 0.2) return { any: members() };
  if (kind < 0.35) return { all: members() };
  if (kind < 0.5) return { not: filter(next, depth - 1) };
  return rows[Math.floor(next() * rows.length)]!;
}

function policies(next: () => number): StoredPolicy[] {
  return Array.from({ length: 1 + Math.floor(next() * 4) }, (_, at) => ({
    id: `p${at}`,
    version: 1,
    createdAt: '',
    updatedAt: '',
    updatedBy: '',
    policy: policySchema.parse({
      kind: 'SessionPolicy',
      name: `p${at}`,
      controlType: 'monitorAndControlDownload',
      files: [filter(next, 2), filter(next, 1)],
      action: { type: next() < 0.5 ? 'block' : 'allow' },
    }),
  }));
}

const request = (file: object): DecisionRequest =>
  decisionRequestSchema.parse({
    decisionId: '018f5b4e-0000-7000-8000-000000000001',
    scope: 'session',
    subject: { type: 'user', id: 'ann', properties: {} },
    action: { name: 'download' },
    resource: { type: 'app', id: 'box', properties: { host: 'h', file: { extensions: ['xls'], ...file } } },
    context: { time: '', ip: '192.0.2.1' },
  });

const known = {
  label: [[], ['Confidential']].map((labels) => ({ state: 'known', labels })),
  content: [[], [{ type: 'us-ssn', instances: { 65: 1, 75: 1, 85: 0 } }]].map((matches) => ({
    state: 'known',
    matches,
  })),
  size: [10, 10_000].map((bytes) => ({ state: 'known', bytes })),
  malware: [false, true].map((infected) => ({ state: 'known', infected })),
};
const files = known.label.flatMap((label) =>
  known.content.flatMap((content) =>
    known.size.flatMap((size) => known.malware.map((malware) => ({ label, content, size, malware }))),
  ),
);

const rounds = Math.max(20, Number(process.env.POLICY_PROPERTY_RUNS ?? 10_000) / 25);

it('an early verdict is the verdict of every possible file', () => {
  const next = random(7);
  let early = 0;
  for (let round = 0; round < rounds; round += 1) {
    const compiled = compile(policies(next));
    const first = evaluate(compiled, request({}));
    const answers = files.map((file) => evaluate(compiled, request(file)));
    const actions = answers.map((answer) => answer.type === 'verdict' && answer.verdict.action);
    expect(actions).not.toContain(false);
    if (first.type === 'verdict') {
      early += 1;
      expect(new Set(actions)).toEqual(new Set([first.verdict.action]));
    } else {
      const asked = { ...first.needs, content: first.needs.content.length > 0 };
      expect(asked.size || asked.label || asked.malware || asked.content).toBe(true);
      // Facts that were not asked for change nothing.
      for (const file of files) {
        const learned = Object.fromEntries(Object.entries(file).filter(([fact]) => asked[fact as keyof typeof file]));
        const second = evaluate(compiled, request(learned));
        const whole = evaluate(compiled, request(file));
        expect(second.type === 'verdict' && second.verdict.action).toBe(
          whole.type === 'verdict' && whole.verdict.action,
        );
      }
    }
  }
  if (rounds >= 400) expect(early).toBeGreaterThan(20);
});
