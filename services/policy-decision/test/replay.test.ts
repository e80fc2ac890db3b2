import type { DecisionKind } from '@gatehouse/contracts/recorded-facts';
import { type RecordedDecision, recordedDecisionSchema, replayResultSchema } from '@gatehouse/contracts/replay';
import { describe, expect, it } from 'vitest';
import { LivePolicies } from '../src/live-policies.ts';
import { type ReplayDependencies, replayHandler } from '../src/replay.handler.ts';
import { blockXls, stored } from './policies.ts';

const [from, to] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'];

function decision(at: number, kind: DecisionKind, extension: string): RecordedDecision {
  return recordedDecisionSchema.parse({
    id: `018f5b4e-0000-7000-8000-${String(at).padStart(12, '0')}`,
    referenceId: 'GH-7K3M-9QXT',
    time: new Date(Date.parse(to) - at * 60_000).toISOString(),
    ...{ app: at % 2 ? 'files' : 'crm', host: 'h', activityType: 'download', user: `u${at % 3}`, ip: '192.0.2.1' },
    facts: { kind, action: 'download', file: { name: `a.${extension}`, extensions: [extension] } },
  });
}

/** Ten files, every fifth an xls; pages of the size asked for. */
const files = Array.from({ length: 10 }, (_, at) => decision(at, 'file', at % 5 === 1 ? 'xls' : 'txt'));

async function world(change: Partial<ReplayDependencies> = {}) {
  const set = { epoch: 1, policies: [stored('xls', blockXls)] };
  const policies = new LivePolicies({ epoch: async () => 1, load: async () => set }, () => 0);
  await policies.refresh();
  const asked: string[] = [];
  const page: ReplayDependencies['page'] = async ({ kind, limit, cursor = '0' }) => {
    asked.push(`${kind} ${limit}`);
    const all = kind === 'file' ? files : [];
    const end = Number(cursor) + Math.min(limit, 4);
    const more = end < all.length ? { nextCursor: String(end) } : {};
    return { decisions: all.slice(Number(cursor), end), ...more, withoutFacts: cursor === '0' ? 3 : 0 };
  };
  const deps = { policies, page, clock: () => 0, yieldNow: async () => undefined, ...change };
  const handler = replayHandler(deps);
  const ask = async (changes: { id?: string; policy: unknown }[], more: object = {}) =>
    replayResultSchema.parse(await handler({ changes, from, to, limit: 100, wouldHave: false, ...more }));
  return { asked, ask };
}

const blockTxt = {
  ...blockXls,
  name: 'No txt',
  files: [{ field: 'file.extension', operator: 'equals', values: ['txt'] }],
};

describe('decision.replay', () => {
  it('counts old against new verdicts over all pages, who is touched, and gives samples', async () => {
    const { ask } = await world();
    const result = await ask([{ policy: blockTxt }]);
    // Policies are about the app `files`: of its five decisions one is an xls and four are not.
    expect(result).toMatchObject({
      considered: 10,
      truncated: false,
      matched: 4,
      changed: 4,
      apps: 1,
      withoutFacts: 3,
    });
    expect(result.pairs).toEqual([
      { old: 'allow', new: 'allow', count: 5 },
      { old: 'allow', new: 'block', count: 4 },
      { old: 'block', new: 'block', count: 1 },
    ]);
    expect(result.samples[0]).toMatchObject({
      old: { verdict: 'allow' },
      new: { verdict: 'block', policyName: 'No txt' },
    });
    expect(result.samples.map(({ time }) => time)).toEqual(
      result.samples
        .map(({ time }) => time)
        .toSorted()
        .toReversed(),
    );
  });

  it('takes a policy away, or changes it', async () => {
    const { ask } = await world();
    const lifted = { old: 'block', new: 'allow', count: 1 };
    expect((await ask([{ id: 'xls', policy: null }])).pairs).toContainEqual(lifted);
    expect((await ask([{ id: 'xls', policy: { ...blockXls, state: 'disabled' } }])).pairs).toContainEqual(lifted);
  });

  it('counts a report-only draft without changing a verdict, or as if it were enabled', async () => {
    const { ask } = await world();
    const draft = { policy: { ...blockTxt, state: 'reportOnly' } };
    expect(await ask([draft])).toMatchObject({ matched: 4, changed: 0 });
    expect(await ask([draft], { wouldHave: true })).toMatchObject({ matched: 4, changed: 4 });
  });

  it('judges the newest up to the limit and says so', async () => {
    const { ask, asked } = await world();
    const result = await ask([{ policy: blockTxt }], { limit: 5 });
    expect(result).toMatchObject({ considered: 5, truncated: true, oldest: files[4]?.time });
    expect(asked).toEqual(['file 5', 'file 1']);
  });

  it('counts what was not scanned, by name', async () => {
    const { ask } = await world();
    const result = await ask([{ policy: { ...blockTxt, files: [], inspection: { types: [{ id: 'iban' }] } } }]);
    expect(result).toMatchObject({
      matched: 0,
      changed: 0,
      notScanned: { count: 4, facts: [{ name: 'iban', count: 4 }] },
    });
    expect(result.samples[0]).toMatchObject({ new: { verdict: 'unknown' }, notScanned: ['iban'] });
  });

  it('reads only kinds of decisions that the changed policies can touch', async () => {
    const { ask, asked } = await world();
    await ask([{ policy: { kind: 'AccessPolicy', name: 'A', action: { type: 'block' } } }]);
    await ask([{ policy: { ...blockXls, name: 'M', controlType: 'monitor', files: [], action: { type: 'allow' } } }]);
    expect(asked).toEqual(['access 100', 'file 100', 'file 96', 'file 92', 'watched 90']);
  });

  it('lets decisions go first, and refuses a third replay at once', async () => {
    let [ticks, yields] = [0, 0];
    const yieldNow = async () => {
      yields += 1;
    };
    const clock = () => {
      ticks += 5;
      return ticks;
    };
    const slow = await world({ clock, yieldNow });
    await slow.ask([{ policy: blockTxt }]);
    expect(yields).toBeGreaterThan(2);
    let free = () => {};
    const blocked = new Promise<never>((_, reject) => {
      free = () => reject(new Error('the page failed'));
    });
    const stuck = await world({ page: () => blocked });
    const running = [1, 2].map(() => stuck.ask([{ policy: blockTxt }]).catch((error: unknown) => error));
    await expect(stuck.ask([{ policy: blockTxt }])).rejects.toMatchObject({ code: 'REFUSED' });
    free();
    expect(await Promise.all(running)).toMatchObject([{ message: 'the page failed' }, { message: 'the page failed' }]);
    await expect(stuck.ask([{ policy: blockTxt }])).rejects.toThrow('the page failed');
  });
});
