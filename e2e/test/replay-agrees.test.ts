// Replay says what enforcement then does: traffic is recorded, a draft replayed, saved, and the traffic sent again.
import { type Activity, activitySchema } from '@gatehouse/contracts/activity';
import { type DecisionRequest, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import { decisionReplay, type PolicyChange, recordedDecisionSchema } from '@gatehouse/contracts/replay';
import { compile } from '@gatehouse/policy/compile';
import { type Replayed, replay } from '@gatehouse/policy/replay';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withChanges } from '../../services/policy-decision/src/policy-changes.ts';
import { agents, downloads, users } from '../src/replay-traffic.ts';
import { startReplayWorld } from '../src/replay-world.ts';

const session = (name: string, rest: object) => ({
  kind: 'SessionPolicy',
  name,
  controlType: 'monitorAndControlDownload',
  action: { type: 'block' },
  ...rest,
});
const row = (field: string, operator: string, ...values: unknown[]) => ({ field, operator, values });
const stored = (id: string, policy: object): StoredPolicy =>
  storedPolicySchema.parse({ id, version: 1, policy, createdAt: '', updatedAt: '', updatedBy: 'test' });

/** In force while the traffic is recorded: it looks for two types and the label of most files. */
const force = [
  stored(
    'ssn',
    session('No SSN out of Marketing', {
      activity: [row('user.group', 'equals', 'Marketing')],
      inspection: { types: [{ id: 'us-ssn' }] },
    }),
  ),
  stored(
    'watch',
    session('Watch payment data', {
      state: 'reportOnly',
      files: [row('file.extension', 'doesNotEqual', 'xls')],
      inspection: { types: [{ id: 'iban' }, { id: 'us-ssn' }, { id: 'payment-card' }] },
    }),
  ),
  stored(
    'label',
    session('Confidential stays', {
      severity: 'high',
      files: [row('file.label', 'equals', 'Confidential', 'unreadable')],
      unscannable: { encrypted: 'allowAndAlert', timeout: 'block' },
    }),
  ),
  stored(
    'big',
    session('Nothing large for guests', {
      activity: [row('user.domain', 'equals', 'partner.example')],
      files: [row('file.size', 'greaterThan', '40 KiB')],
    }),
  ),
  stored('native', {
    kind: 'AccessPolicy',
    name: 'Browsers only',
    activity: [row('clientApp', 'equals', 'mobileDesktop')],
    action: { type: 'block' },
  }),
];

const drafts: readonly (readonly [string, readonly PolicyChange[]])[] = [
  [
    'a new policy on content and device',
    [
      {
        policy: session('No IBAN on unmanaged devices', {
          activity: [row('device.tags', 'doesNotEqual', 'compliant', 'domainJoined')],
          inspection: { types: [{ id: 'iban' }] },
          unscannable: { corrupt: 'block' },
        }),
      },
    ],
  ],
  [
    'a nested policy on label, size, name and content',
    [
      {
        policy: session('Reports', {
          files: [
            {
              any: [
                { all: [row('file.name', 'contains', 'report'), { not: row('file.size', 'lessThan', '20 KiB') }] },
                row('file.label', 'equals', 'Internal'),
                row('file.content', 'equals', 'payment-card'),
              ],
            },
          ],
        }),
      },
    ],
  ],
  [
    'a changed policy: other cells, other action',
    [
      {
        id: 'ssn',
        policy: session('No SSN out of Marketing', {
          inspection: { types: [{ id: 'us-ssn', minConfidence: 65 }], exclude: ['iban'] },
          unscannable: { encrypted: 'block', timeout: 'allowAndAlert', scannerDown: 'allowAndAlert' },
        }),
      },
    ],
  ],
  ['a deleted policy', [{ id: 'label', policy: null }]],
  [
    'a set: one new, one switched off, one deleted, and a type nobody looked for',
    [
      {
        policy: session('No xls from phones', {
          activity: [row('device.type', 'equals', 'mobile', 'tablet')],
          files: [row('file.extension', 'equals', 'xls')],
        }),
      },
      { policy: session('No addresses', { files: [row('file.content', 'equals', 'email')] }) },
      { id: 'big', policy: session('Nothing large for guests', { state: 'disabled' }) },
      { id: 'native', policy: null },
      {
        policy: {
          kind: 'AccessPolicy',
          name: 'Managed only',
          activity: [row('device.tags', 'isNotSet')],
          action: { type: 'block' },
        },
      },
    ],
  ],
];

const sent = downloads(240);
const logins: Pick<DecisionRequest, 'subject' | 'resource' | 'context'>[] = Array.from({ length: 40 }, (_, n) =>
  decisionRequestSchema.pick({ subject: true, resource: true, context: true }).parse({
    subject: { type: 'user', id: users[n % users.length]?.user, properties: users[n % users.length] },
    resource: { type: 'app', id: 'files', properties: { host: 'files.acme.localhost' } },
    context: {
      time: new Date().toISOString(),
      ip: `203.0.113.${n}`,
      userAgent: agents[n % agents.length],
      clientApp: n % 4 === 3 ? 'mobileDesktop' : 'browser',
      deviceType: n % 4 === 1 ? 'mobile' : 'pc',
    },
  }),
);

let world: Awaited<ReturnType<typeof startReplayWorld>>;
let recorded: Activity[];
const from = new Date(Date.now() - 60_000).toISOString();
const to = () => new Date(Date.now() + 60_000).toISOString();

/** All traffic once; every third file comes from an app in strict mode. */
async function sendAll(): Promise<Activity[]> {
  const isStrict = (at: number) => at % 3 === 2;
  const plain = await world.download(sent.filter((_, at) => !isStrict(at)));
  await world.change({ app: { strictMode: true } });
  const strict = await world.download(sent.filter((_, at) => isStrict(at)));
  await world.change({ app: { strictMode: false } });
  const files = sent.map((_, at) => (isStrict(at) ? strict.shift() : plain.shift()) as Activity);
  const rows: Activity[] = [];
  for (const login of logins) rows.push(await world.login(login));
  return [...files, ...rows];
}

beforeAll(async () => {
  world = await startReplayWorld(force);
  recorded = await sendAll();
  await world.record(recorded);
}, 60_000);
afterAll(() => world?.stop());

type Said = {
  readonly verdict: string;
  readonly reason: string;
  readonly matched: readonly string[];
  readonly reportOnly: readonly string[];
  readonly open: readonly string[];
};
type Named = readonly { id: string; action: string; result: string; alert: boolean }[];
const byId = (list: Named) => list.map(({ id, action, result, alert }) => `${id} ${action} ${result} ${alert}`).sort();

/** What the edge or sign-in did, from the row it wrote. */
function enforced({ appliedAction, reason, matchedPolicies, reportOnly }: Activity): Said {
  const verdict = /block/i.test(appliedAction) ? 'block' : 'allow';
  return { verdict, reason, matched: byId(matchedPolicies), reportOnly: byId(reportOnly), open: [] };
}

function said(replayed: Replayed): Said | undefined {
  if (replayed.type === 'unknown') return undefined;
  const { action, reason, matched, reportOnly } = replayed.verdict;
  return { verdict: action, reason, matched: byId(matched), reportOnly: byId(reportOnly), open: replayed.open ?? [] };
}

/** All that was said must hold. Where policies were left open, only those may have matched besides. */
function expectAgreement(foretold: Said, activity: Activity): void {
  const name = activity.object?.name ?? activity.user;
  const done = enforced(activity);
  if (foretold.open.length === 0) {
    expect(foretold, name).toEqual(done);
    return;
  }
  const ids = (said: Said) => [...said.matched, ...said.reportOnly].map((line) => line.split(' ')[0] ?? '');
  expect(done.verdict, name).toBe(foretold.verdict);
  // A broken answer of the scanner blocks before policies are named.
  if (done.reason === 'DEFAULT_BROKEN') return;
  expect(ids(done), name).toEqual(expect.arrayContaining(ids(foretold)));
  expect([...ids(foretold), ...foretold.open], name).toEqual(expect.arrayContaining(ids(done)));
}

const asRead = (activity: Activity) =>
  recordedDecisionSchema.parse({ ...activitySchema.parse(activity), size: activity.object?.size });

describe('replay agrees with enforcement', () => {
  it('over what was recorded, for the policies in force', () => {
    const reasons = new Set(recorded.map(({ reason }) => reason));
    // The traffic is varied, or agreement would say little.
    for (const reason of ['POLICY', 'NO_MATCH', 'STRICT_MODE', 'DEFAULT_BROKEN', 'UNSCANNABLE_TIMEOUT'])
      expect(reasons).toContain(reason);
    const compiled = compile(force);
    let unknown = 0;
    for (const activity of recorded) {
      const again = said(replay(compiled, asRead(activity)));
      // A broken answer of the scanner says nothing about the file.
      if (again === undefined) unknown += 1;
      else expectAgreement(again, activity);
    }
    expect(unknown).toBe(recorded.filter(({ scan }) => scan.reason === 'broken').length);
  });

  it.each(drafts)(
    '%s',
    async (_, changes) => {
      const answer = await world.messaging.request(decisionReplay, { changes: [...changes], from, to: to() });
      const next = withChanges(force, changes).policies;
      const compiled = compile(next);
      const foretold = recorded.map((activity) => said(replay(compiled, asRead(activity))));
      await world.enforce(next);
      const then = await sendAll();
      await world.enforce(force);
      const known = foretold.flatMap((one, at) => (one === undefined ? [] : [[one, then[at]] as const]));
      for (const [one, activity] of known) expectAgreement(one, activity as Activity);
      expect(known.length).toBeGreaterThan(100);

      // The answer over NATS and Postgres adds up to the same.
      const touched = recorded
        .map((activity, at) => ({ activity, at }))
        .filter(({ activity }) => isTouched(changes, activity));
      expect(answer.considered).toBe(touched.length);
      expect(answer.withoutFacts).toBe(0);
      const blocked = touched.filter(({ at }) => foretold[at]?.verdict === 'block').length;
      expect(sum(answer.pairs.filter((pair) => pair.new === 'block'))).toBe(blocked);
      expect(sum(answer.pairs.filter((pair) => pair.new === 'unknown'))).toBe(
        touched.filter(({ at }) => foretold[at] === undefined).length,
      );
      expect(JSON.stringify(answer)).not.toMatch(/evidence|536-22/);
    },
    40_000,
  );

  it('does not guess what nobody looked for', async () => {
    const changes = [{ policy: session('No addresses', { inspection: { types: [{ id: 'email' }] } }) }];
    const answer = await world.messaging.request(decisionReplay, { changes, from, to: to() });
    expect(answer.matched).toBe(0);
    expect(answer.notScanned.count).toBeGreaterThan(100);
    expect(answer.notScanned.facts).toContainEqual({ name: 'email', count: answer.notScanned.count });
  });
});

const sum = (pairs: readonly { count: number }[]) => pairs.reduce((total, { count }) => total + count, 0);

/** Decisions of a kind that none of the changes concerns are not read. */
function isTouched(changes: readonly PolicyChange[], { activityType }: Activity): boolean {
  const kinds = changes.map(({ id, policy }) =>
    policy === null ? force.find((one) => one.id === id)?.policy.kind : (policy as { kind: string }).kind,
  );
  return kinds.includes(activityType === 'login' ? 'AccessPolicy' : 'SessionPolicy');
}
