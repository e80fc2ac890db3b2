import { decisionAnswerSchema } from '@gatehouse/contracts/decision';
import { describe, expect, it } from 'vitest';
import { evaluateHandler } from '../src/evaluate.handler.ts';
import { LivePolicies } from '../src/live-policies.ts';
import { previewHandler } from '../src/preview.handler.ts';
import { blockXls, download, stored } from './policies.ts';

async function world() {
  const set = { epoch: 3, policies: [stored('a', blockXls)] };
  const policies = new LivePolicies({ epoch: async () => 3, load: async () => set }, () => 0);
  await policies.refresh();
  const counted: string[] = [];
  const count = (action: string, reason: string) => counted.push(`${action} ${reason}`);
  return {
    counted,
    evaluate: evaluateHandler({ policies, clock: () => 0, count }),
    preview: previewHandler({ policies, clock: () => 0 }),
  };
}

describe('decision.evaluate', () => {
  it('answers in the shape of the contract and counts verdicts', async () => {
    const { evaluate, counted } = await world();
    const blocked = await evaluate(download('a.xls'));
    expect(decisionAnswerSchema.parse(blocked)).toEqual(blocked);
    expect(blocked).toMatchObject({ type: 'verdict', verdict: { action: 'block' }, stale: false, snapshotVersion: 3 });
    expect(await evaluate(download('a.xlsx'))).toMatchObject({ verdict: { action: 'allow', reason: 'NO_MATCH' } });
    expect(counted).toEqual(['block POLICY', 'allow NO_MATCH']);
  });

  it('rejects while nothing was loaded', async () => {
    const policies = new LivePolicies(
      { epoch: async () => 0, load: async () => ({ epoch: 0, policies: [] }) },
      () => 0,
    );
    await expect(evaluateHandler({ policies, clock: () => 0, count: () => {} })(download('a.xls'))).rejects.toThrow(
      'not loaded',
    );
  });
});

describe('decision.preview', () => {
  it('shows policies of other apps too and counts nothing', async () => {
    const { preview, counted } = await world();
    expect(await preview({ request: download('a.xls', 'crm') })).toMatchObject({
      verdict: { action: 'allow' },
      trace: [{ name: 'No xls', outcome: 'notMatched' }],
    });
    expect(counted).toEqual([]);
  });

  it('adds a new draft', async () => {
    const { preview } = await world();
    const draft = {
      ...blockXls,
      name: 'Sizes',
      files: [{ field: 'file.size', operator: 'greaterThan', values: ['1 MiB'] }],
    };
    const answer = await preview({ request: download('a.csv'), draft });
    expect(decisionAnswerSchema.parse(answer)).toMatchObject({ type: 'needs', needs: { size: true } });
  });

  it('puts the draft of a stored policy in its place', async () => {
    const { preview } = await world();
    const draft = { id: 'a', policy: { ...blockXls, state: 'reportOnly' } };
    expect(await preview({ request: download('a.xls'), draft })).toMatchObject({
      verdict: {
        action: 'allow',
        reason: 'NO_MATCH',
        reportOnly: [{ id: 'a', version: 2, result: 'won', alert: false }],
      },
    });
  });

  it('rejects a draft that is no policy', async () => {
    const { preview } = await world();
    await expect(preview({ request: download('a.xls'), draft: { name: 'x' } })).rejects.toMatchObject({
      code: 'INVALID_DRAFT',
    });
  });
});
