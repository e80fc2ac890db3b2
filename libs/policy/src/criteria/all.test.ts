// The filter table of SPEC section 3: operators of each field, and what they mean while the attribute is absent.
import { type DecisionRequest, decisionRequestSchema } from '@gatehouse/contracts/decision';
import type { Operator } from '@gatehouse/contracts/policy';
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../compile-filter.ts';
import { Facts } from '../facts.ts';
import { criteria, criterionOf } from './all.ts';

const E = ['equals', 'doesNotEqual'];
const S = ['isSet', 'isNotSet'];
const C = ['contains', 'doesNotContain'];
const T = ['startsWith', 'endsWith'];

const table: Readonly<Record<string, readonly string[]>> = {
  app: E,
  'activity.type': E,
  'user.name': [...E, ...S, ...C, ...T],
  'user.domain': [...E, ...S, ...C, ...T],
  'user.group': [...E, ...S],
  'device.tags': [...E, ...S],
  'device.type': E,
  'location.country': [...E, ...S],
  'ip.address': [...E, ...S, 'startsWith', 'inRange'],
  'ip.category': [...E, ...S],
  'ip.tags': [...E, ...S],
  'ip.isp': [...E, ...S, ...C],
  'userAgent.tags': [...E, ...S],
  'userAgent.raw': [...C, ...T, ...S],
  clientApp: E,
  'file.name': [...E, ...C, ...T, ...S],
  'file.extension': E,
  'file.type': E,
  'file.typeMismatch': ['equals'],
  'file.size': ['greaterThan', 'lessThan'],
  'file.label': [...E, ...S],
  'file.content': E,
  'file.malware': ['equals'],
};

const neverAbsent = [
  'app',
  'activity.type',
  'device.type',
  'ip.address',
  'clientApp',
  'file.type',
  'file.typeMismatch',
  'file.size',
  'file.malware',
];

/** Nothing is known of the user, the device, the place and the file but that they are there. */
const bare: DecisionRequest = decisionRequestSchema.parse({
  decisionId: '018f5b4e-0000-7000-8000-000000000001',
  scope: 'session',
  subject: { type: 'user', id: '', properties: {} },
  action: { name: 'download' },
  resource: {
    type: 'app',
    id: 'box',
    properties: {
      host: 'h',
      file: {
        label: { state: 'known', labels: [] },
        content: { state: 'known', matches: [] },
        malware: { state: 'known', infected: false },
        size: { state: 'known', bytes: 1 },
      },
    },
  },
  context: { time: '', ip: '192.0.2.1' },
});

const place = { part: 'files', broken: new Map() } as const;
const satisfied = (field: string, operator: Operator) =>
  compileFilter({ field, operator, values: operator.startsWith('is') ? [] : ['x'] }, place).judge(new Facts(bare))
    .value;

describe('filter fields', () => {
  it('are those of the table, each with its operators', () => {
    expect(Object.fromEntries(criteria.map(({ field, operators }) => [field, [...operators]]))).toEqual(table);
    expect(criterionOf('file.name')?.field).toBe('file.name');
    expect(criterionOf('constructor')).toBeUndefined();
  });

  const rows = criteria.flatMap(({ field, operators }) => operators.map((operator) => ({ field, operator })));
  const negative = ['doesNotEqual', 'doesNotContain', 'isNotSet'];

  it.each(rows.filter(({ field }) => !neverAbsent.includes(field)))(
    'absent $field $operator',
    ({ field, operator }) => {
      expect(satisfied(field, operator)).toBe(negative.includes(operator));
    },
  );

  it.each(rows.filter(({ field, operator }) => neverAbsent.includes(field) && operator.startsWith('is')))(
    'never absent $field $operator',
    ({ field, operator }) => expect(satisfied(field, operator)).toBe(operator === 'isSet'),
  );
});
