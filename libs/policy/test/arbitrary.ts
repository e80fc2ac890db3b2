// Random policies and requests, over few enough words that rows hit about as often as they miss.
import { type DecisionRequest, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { type Filter, type Policy, policySchema, type StoredPolicy } from '@gatehouse/contracts/policy';
import fc from 'fast-check';
import { criteria } from '../src/criteria/all.ts';

const pools: Readonly<Record<string, readonly (string | number | boolean)[]>> = {
  app: ['box', 'CRM', 'wiki'],
  'activity.type': ['download', 'navigate', 'viewFile', 'login'],
  'user.name': ['ann@acme.com', 'Zoé@Mail.acme.com', '"ann@acme"', 'zoe\u0301', 'acme'],
  'user.domain': ['acme.com', 'mail.ACME.com', 'mail', 'com'],
  'user.group': ['Sales', 'Marketing', 'externalUsers', 'ops'],
  'device.tags': ['compliant', 'domainJoined', 'validClientCertificate'],
  'device.type': ['pc', 'mobile', 'tablet', 'other'],
  'location.country': ['DE', 'us', 'FR'],
  'ip.address': ['10.1.0.5', '::ffff:10.1.0.5', '2001:db8::1', '2001:DB8:0:0::1', '203.0.113.9'],
  'ip.category': ['corporate', 'risky', 'vpn'],
  'ip.tags': ['tor', 'Office', 'botnet'],
  'ip.isp': ['Acme Net', 'Other Telecom', 'net acme'],
  'userAgent.tags': ['nativeClient', 'outdatedBrowser'],
  'userAgent.raw': ['Mozilla/5.0 (X11) Firefox/130.0', 'mozilla/5', 'Firefox/130.0', 'curl'],
  clientApp: ['browser', 'mobileDesktop'],
  'file.name': ['Q3 quarterly report.docx', 'quarterly-report.docx', 'report', '"quarterly report"', 'Q3', '.DOCX'],
  'file.extension': ['.xls', 'XLS', 'docx', 'pdf'],
  'file.type': ['document', 'spreadsheet', 'application/pdf', 'other'],
  'file.typeMismatch': [true, false],
  'file.size': ['1 KiB', 1024, '2 MiB', 10],
  'file.label': ['Public', 'Confidential', 'unreadable'],
  'file.content': ['us-ssn', 'iban', 'TEST-data'],
  'file.malware': [true],
};
const prefixes: Readonly<Record<string, readonly string[]>> = {
  startsWith: ['10.1.', '2001:db8'],
  inRange: ['10.1.0.0/16', '2001:db8::/32', '203.0.113.9', '::ffff:10.0.0.0/104', '0.0.0.0/0', '::/0'],
};

const some = <T>(values: readonly T[], most = 3) =>
  fc.subarray([...values], { minLength: 0, maxLength: Math.min(values.length, most) });

function rowsOf(part: 'activity' | 'files'): fc.Arbitrary<Filter> {
  const rows = criteria
    .filter((criterion) => part === 'files' || criterion.part === 'activity')
    .flatMap(({ field, operators }) => operators.map((operator) => ({ field, operator })));
  return fc.constantFrom(...rows).chain(({ field, operator }): fc.Arbitrary<Filter> => {
    if (operator === 'isSet' || operator === 'isNotSet') return fc.constant({ field, operator, values: [] });
    const pool = (field === 'ip.address' ? prefixes[operator] : undefined) ?? pools[field]!;
    return fc
      .subarray([...pool], { minLength: 1, maxLength: Math.min(pool.length, 3) })
      .map((values) => ({ field, operator, values }));
  });
}

function filtersOf(part: 'activity' | 'files'): fc.Arbitrary<Filter> {
  const { filter } = fc.letrec<{ filter: Filter }>((tie) => {
    const members = fc.array(tie('filter'), { minLength: 1, maxLength: 3 });
    return {
      filter: fc.oneof(
        { maxDepth: 2, depthIdentifier: 'filter' },
        { weight: 6, arbitrary: rowsOf(part) },
        { weight: 1, arbitrary: fc.record({ any: members }) },
        { weight: 1, arbitrary: fc.record({ all: members }) },
        { weight: 1, arbitrary: fc.record({ not: tie('filter') }) },
      ),
    };
  });
  return filter;
}

const types = fc.constantFrom('us-ssn', 'iban', 'test-data');
const inspection = fc.record({
  source: fc.constant('content'),
  match: fc.constantFrom('any', 'all'),
  types: fc.array(
    fc.record({ id: types, minInstances: fc.integer({ min: 1, max: 3 }), minConfidence: fc.constantFrom(65, 75, 85) }),
    { minLength: 1, maxLength: 2 },
  ),
  exclude: fc.array(types, { maxLength: 1 }),
});
const cell = fc.constantFrom('applyAction', 'block', 'allowAndAlert');

const common = {
  severity: fc.constantFrom('low', 'medium', 'high'),
  state: fc.constantFrom('enabled', 'enabled', 'enabled', 'reportOnly', 'disabled'),
  activity: fc.array(filtersOf('activity'), { maxLength: 2 }),
  alerts: fc.record({ enabled: fc.boolean() }),
};
const action = (...kinds: string[]) =>
  fc.record({
    type: fc.constantFrom(...kinds),
    message: fc.constantFrom('first {fileName}', 'second', undefined),
    label: fc.constantFrom('Internal', 'Confidential'),
  });
const accessPolicy = fc.record({ ...common, kind: fc.constant('AccessPolicy'), action: action('block', 'allow') });
const monitorPolicy = fc.record({
  ...common,
  kind: fc.constant('SessionPolicy'),
  controlType: fc.constant('monitor'),
  action: action('allow'),
});
const downloadPolicy = fc.record({
  ...common,
  kind: fc.constant('SessionPolicy'),
  controlType: fc.constant('monitorAndControlDownload'),
  files: fc.array(filtersOf('files'), { maxLength: 2 }),
  inspection: fc.option(inspection, { nil: undefined, freq: 2 }),
  action: action('block', 'stepUp', 'protect', 'coach', 'allow'),
  unscannable: fc.record({ tooLarge: cell, encrypted: cell, timeout: cell, corrupt: cell }),
});

const policy: fc.Arbitrary<Policy> = fc
  .oneof(
    { weight: 1, arbitrary: accessPolicy },
    { weight: 1, arbitrary: monitorPolicy },
    { weight: 4, arbitrary: downloadPolicy },
  )
  .map((written) => policySchema.parse({ ...written, name: 'p' }));

/** Stored policies with names of their own. */
export const storedPolicies: fc.Arbitrary<StoredPolicy[]> = fc
  .array(policy, { minLength: 1, maxLength: 6 })
  .map((all) =>
    all.map((one, at) => ({
      ...{ id: `id-${at}`, version: at + 1, createdAt: '', updatedAt: '', updatedBy: 'test' },
      policy: { ...one, name: `policy ${(at * 7) % 10}` },
    })),
  );

export const labelPriority = { Internal: 10, Confidential: 20 };

const maybe = <T>(values: readonly T[]) => fc.constantFrom(undefined, ...values);
const count = fc.integer({ min: 0, max: 3 });
const matches = fc.uniqueArray(fc.record({ type: types, instances: fc.record({ 65: count, 75: count, 85: count }) }), {
  maxLength: 2,
  selector: ({ type }) => type,
});
const known = {
  label: some(['Public', 'Confidential', 'unreadable'], 2).map((labels) => ({ state: 'known', labels })),
  content: matches.map((found) => ({ state: 'known', matches: found })),
  malware: fc.boolean().map((infected) => ({ state: 'known', infected })),
};
// One reason for all that could not be learned: which of several cells decides is a case of its own.
const lost = fc.constantFrom('tooLarge', 'encrypted', 'timeout', 'corrupt').chain((reason) => {
  const unscannable = { state: 'unscannable', reason };
  return fc.record({
    label: fc.oneof(known.label, fc.constant(unscannable)),
    content: matches.map((found) => ({ ...unscannable, matches: found })),
    malware: fc.oneof(known.malware, fc.constant(unscannable)),
  });
});
const file = fc
  .tuple(
    fc.record({
      name: maybe(['Q3 quarterly report.docx', 'quarterly-report.DOCX', 'Q3.xls']),
      extensions: some(['xls', 'docx', 'PDF'], 2),
      types: some(['document', 'spreadsheet', 'application/pdf'], 2),
      typeMismatch: maybe([true, false]),
      size: fc.constantFrom(5, 1024, 5_000_000).map((bytes) => ({ state: 'known', bytes })),
    }),
    fc.oneof({ weight: 2, arbitrary: fc.record(known) }, { weight: 1, arbitrary: lost }),
  )
  .map(([shown, learned]) => ({ ...shown, ...learned }));

const context = fc.record({
  time: fc.constant('2026-01-05T10:00:00Z'),
  ip: fc.constantFrom('10.1.0.5', '::ffff:10.1.0.5', '2001:db8::1', '203.0.113.9', '198.51.100.1'),
  ipCategory: maybe(['corporate', 'risky', 'vpn']),
  ipTags: some(['tor', 'office'], 2),
  isp: maybe(['ACME net', 'Other']),
  country: maybe(['DE', 'US']),
  userAgent: maybe(['Mozilla/5.0 (X11) Firefox/130.0', 'curl/8']),
  userAgentTags: some(['nativeClient', 'outdatedBrowser'], 2),
  deviceType: maybe(['pc', 'mobile']),
  clientApp: fc.constantFrom('browser', 'mobileDesktop'),
});

/** Requests with everything learned that can be learned. */
export const request: fc.Arbitrary<DecisionRequest> = fc
  .record({
    scope: fc.constantFrom('session', 'session', 'session', 'access'),
    user: fc.constantFrom('ann@acme.com', 'ZOE\u0301@mail.acme.com', ''),
    groups: some(['Sales', 'MARKETING', 'externalUsers'], 3),
    deviceTags: some(['compliant', 'domainJoined', 'validClientCertificate'], 2),
    activity: fc.constantFrom('download', 'download', 'viewFile', 'navigate'),
    app: fc.constantFrom('box', 'crm'),
    strictMode: fc.constantFrom(undefined, false, true),
    context,
    file,
  })
  .map(({ scope, user, groups, deviceTags, activity, app, strictMode, context: about, file: facts }) =>
    decisionRequestSchema.parse({
      decisionId: '018f5b4e-0000-7000-8000-000000000001',
      scope,
      subject: { type: 'user', id: user, properties: { groups, deviceTags } },
      action: { name: scope === 'access' ? 'login' : activity },
      resource: { type: 'app', id: app, properties: { host: 'h', file: facts, strictMode } },
      context: about,
    }),
  );
