import { describe, expect, it } from 'vitest';
import type { References } from './criteria/criterion.ts';
import { validate } from './validate.ts';

const session = {
  kind: 'SessionPolicy',
  name: 'P',
  controlType: 'monitorAndControlDownload',
  action: { type: 'block' },
};
const access = { kind: 'AccessPolicy', name: 'P', action: { type: 'block' } };
const monitor = { ...session, controlType: 'monitor', action: { type: 'allow' } };
const row = (field: string, operator: string, ...values: unknown[]) => ({ field, operator, values });
const nested = (depth: number): unknown => {
  let filter: unknown = row('app', 'equals', 'box');
  for (let at = 0; at < depth; at += 1) filter = { not: filter };
  return filter;
};

function problems(policy: unknown, references: References = {}): Record<string, string> {
  const result = validate(policy, references);
  if ('ok' in result) return {};
  return Object.fromEntries(
    result.errors.map(({ field, message, permitted }) => [
      field,
      permitted ? `${message} | ${permitted.slice(0, 5).join(' ')}` : message,
    ]),
  );
}

describe('validate', () => {
  it('fills in defaults', () => {
    expect(validate(access)).toEqual({
      ok: {
        ...access,
        apiVersion: 'gatehouse/v1',
        severity: 'medium',
        state: 'enabled',
        activity: [],
        alerts: { enabled: false, dailyLimit: 5, email: [], sms: [], webhook: [] },
      },
    });
    expect(validate(monitor)).toMatchObject({
      ok: { files: [], unscannable: { encrypted: 'applyAction', corrupt: 'allowAndAlert' } },
    });
    expect(problems({ ...monitor, files: [] })).toEqual({});
  });

  it.each<[string, unknown, Record<string, unknown>]>([
    ['no policy', 'text', { '': expect.any(String) }],
    [
      'unknown field',
      { ...access, activity: [row('user.shoe', 'equals', 1)] },
      { 'activity[0].field': expect.stringMatching('user.shoe.*\\| app') },
    ],
    ['no field', { ...access, activity: [{ operator: 'equals' }] }, { 'activity[0].field': expect.any(String) }],
    [
      'wrong operator',
      { ...access, activity: [row('app', 'contains', 'box')] },
      { 'activity[0].operator': expect.stringMatching('app has no operator "contains" \\| equals doesNotEqual') },
    ],
    [
      'no operator',
      { ...access, activity: [{ field: 'app', values: ['box'] }] },
      { 'activity[0].operator': expect.any(String) },
    ],
    [
      'no values',
      { ...access, activity: [row('device.type', 'equals')] },
      { 'activity[0].values': expect.stringMatching('at least one.*\\| pc') },
    ],
    [
      'values of isSet',
      { ...access, activity: [row('user.name', 'isSet', 'a')] },
      { 'activity[0].values': 'isSet takes no values' },
    ],
    [
      'values not a list',
      { ...access, activity: [{ field: 'app', operator: 'equals', values: 'box' }] },
      { 'activity[0].values': expect.any(String) },
    ],
    [
      'too many values',
      { ...access, activity: [row('user.name', 'equals', ...Array(501).fill('a'))] },
      { 'activity[0].values': expect.any(String) },
    ],
    [
      'value of a strange shape',
      { ...access, activity: [row('user.name', 'equals', {})] },
      { 'activity[0].values[0]': expect.any(String) },
    ],
    [
      'number for text',
      { ...access, activity: [row('user.name', 'equals', 7, '', 'a'.repeat(1001))] },
      {
        'activity[0].values[0]': expect.stringMatching('quotes'),
        'activity[0].values[1]': 'must not be empty',
        'activity[0].values[2]': expect.any(String),
      },
    ],
    [
      'contains without a word',
      { ...access, activity: [row('user.name', 'contains', '...', '"..."')] },
      { 'activity[0].values[0]': expect.stringMatching('word') },
    ],
    [
      'several bad values',
      {
        ...access,
        activity: [row('device.tags', 'equals', 'compliant', 'shiny'), row('location.country', 'equals', 'Germany')],
      },
      {
        'activity[0].values[1]': expect.stringMatching('shiny.*\\| compliant'),
        'activity[1].values[0]': expect.stringMatching('ISO'),
      },
    ],
    [
      'bad CIDRs',
      { ...access, activity: [row('ip.address', 'inRange', '10.0.0.0/33', '10.1/16', 'x', '::/0')] },
      {
        'activity[0].values[0]': expect.stringMatching('CIDR'),
        'activity[0].values[1]': expect.stringMatching('CIDR'),
        'activity[0].values[2]': expect.stringMatching('CIDR'),
      },
    ],
    [
      'bad addresses',
      {
        ...access,
        activity: [
          row('ip.address', 'equals', '10.0.0.0/8', '010.1', '1.2.3.4'),
          row('ip.address', 'startsWith', '10.', 'host'),
        ],
      },
      {
        'activity[0].values[0]': expect.stringMatching('inRange'),
        'activity[0].values[1]': expect.stringMatching('not an IP'),
        'activity[1].values[1]': expect.any(String),
      },
    ],
    [
      'bad size, extension, type',
      {
        ...session,
        files: [
          row('file.size', 'greaterThan', '10 MB', '1 MiB'),
          row('file.extension', 'equals', 'a b', '.xls'),
          row('file.type', 'equals', 'image/png', 'movie'),
          row('file.typeMismatch', 'equals', 'maybe', true),
          row('file.malware', 'equals', 'x'),
        ],
      },
      {
        'files[0].values[0]': expect.any(String),
        'files[1].values[0]': expect.any(String),
        'files[2].values[1]': expect.any(String),
        'files[3].values[0]': expect.any(String),
        'files[4].values[0]': expect.any(String),
      },
    ],
    [
      'other closed lists',
      {
        ...access,
        activity: [
          row('clientApp', 'equals', 'fax'),
          row('device.type', 'equals', 'fridge'),
          row('ip.category', 'equals', 'moon'),
          row('userAgent.tags', 'equals', 'Native app', 'shiny'),
          row('activity.type', 'equals', 'dance', 'box:share'),
        ],
      },
      {
        'activity[0].values[0]': expect.any(String),
        'activity[1].values[0]': expect.any(String),
        'activity[2].values[0]': expect.any(String),
        'activity[3].values[1]': expect.any(String),
        'activity[4].values[0]': expect.any(String),
      },
    ],
    [
      'extra key in a row',
      { ...access, activity: [{ ...row('app', 'equals', 'box'), note: 1 }] },
      { 'activity[0].note': expect.any(String) },
    ],
    [
      'file field as activity filter',
      { ...session, activity: [row('file.name', 'isSet')] },
      { 'activity[0].field': expect.stringMatching('under files') },
    ],
    [
      'bad groups',
      {
        ...session,
        files: [
          { any: [] },
          { any: [row('file.name', 'isSet')], not: {} },
          { not: { all: [row('file.nam', 'isSet')] } },
          7,
        ],
      },
      {
        'files[0].any': expect.any(String),
        'files[1]': expect.stringMatching('one key'),
        'files[2].not.all[0].field': expect.any(String),
        'files[3]': expect.any(String),
      },
    ],
    [
      'nested too deep',
      { ...session, activity: [nested(150)] },
      { [`activity[0]${'.not'.repeat(9)}`]: expect.stringMatching('8 deep') },
    ],
    ['endlessly deep', { ...session, activity: [nested(50_000)] }, { activity: expect.stringMatching('200') }],
    [
      'too many filters',
      { ...session, activity: [{ any: Array(201).fill(row('app', 'equals', 'box')) }] },
      { activity: expect.stringMatching('200') },
    ],
    ['filters not a list', { ...session, files: {} }, { files: expect.any(String) }],
    [
      'file filters on an access policy',
      { ...access, files: [row('file.name', 'isSet')], inspection: {}, controlType: 'monitor' },
      {
        files: expect.stringMatching('SessionPolicy'),
        inspection: expect.any(String),
        controlType: expect.any(String),
      },
    ],
    [
      'file filters on a monitor policy',
      { ...monitor, files: [row('file.name', 'isSet')], inspection: { types: [{ id: 'x' }] } },
      { files: expect.stringMatching('monitorAndControlDownload'), inspection: expect.any(String) },
    ],
    [
      'block on monitor',
      { ...monitor, action: { type: 'block' } },
      { 'action.type': expect.stringMatching('\\| allow$') },
    ],
    [
      'protect on access',
      { ...access, action: { type: 'protect', label: 'x' } },
      { 'action.type': expect.stringMatching('not possible in an access policy \\| block allow$') },
    ],
    [
      'protect',
      { ...session, action: { type: 'protect' } },
      { 'action.type': 'Protect is not available yet | block stepUp coach allow', 'action.label': expect.any(String) },
    ],
    [
      'stepUp without context',
      { ...session, action: { type: 'stepUp' } },
      { 'action.authnContext': expect.stringContaining('at least one') },
    ],
    [
      'stepUp with two contexts in one',
      { ...session, action: { type: 'stepUp', authnContext: ['mfa', 'pwd mfa'] } },
      { 'action.authnContext[1]': expect.stringContaining('no space') },
    ],
    [
      'stepUp on access',
      { ...access, action: { type: 'stepUp', authnContext: ['mfa'] } },
      { 'action.type': expect.stringMatching('not possible in an access policy \\| block allow$') },
    ],
    [
      'unknown action',
      { ...session, action: { type: 'ignore' } },
      { 'action.type': expect.stringMatching('permitted') },
    ],
    ['no action', { kind: 'AccessPolicy', name: 'P' }, { action: expect.any(String) }],
    [
      'unknown placeholder',
      { ...session, action: { type: 'block', message: '{file} {fileName} {file} {x}' } },
      {
        'action.message': 'unknown placeholder {file}, {x} | {appName} {fileName} {policyName} {reference} {userName}',
      },
    ],
    [
      'message too long',
      { ...session, action: { type: 'block', message: 'm'.repeat(2001) } },
      { 'action.message': expect.any(String) },
    ],
    [
      'unknown kind, and the rest',
      { ...session, kind: 'Rule', severity: 'huge' },
      { kind: expect.stringMatching('SessionPolicy'), severity: expect.stringMatching('low medium high') },
    ],
    ['unknown kind alone', { ...access, kind: 'Rule' }, { kind: expect.any(String) }],
    [
      'bad alerts',
      { ...access, alerts: { dailyLimit: 2.5, email: ['a@b.example', 'nobody'], sms: ['0151'], webhook: ['x'] } },
      {
        'alerts.dailyLimit': expect.stringMatching('1 to 1,000'),
        'alerts.email[1]': expect.any(String),
        'alerts.sms[0]': expect.stringMatching('E.164'),
        'alerts.webhook[0]': expect.any(String),
      },
    ],
    ['limit 0', { ...access, alerts: { dailyLimit: 0 } }, { 'alerts.dailyLimit': expect.any(String) }],
    ['limit 1001', { ...access, alerts: { dailyLimit: 1001 } }, { 'alerts.dailyLimit': expect.any(String) }],
    [
      'unknown keys',
      { ...session, colour: 'red', alerts: { loud: true } },
      { colour: expect.any(String), 'alerts.loud': expect.any(String) },
    ],
    [
      'everything at once',
      { ...access, name: '', severity: 1, activity: [row('x', 'y')], action: { type: 'coach', message: '{z}' } },
      {
        name: expect.any(String),
        severity: expect.any(String),
        'activity[0].field': expect.any(String),
        'action.type': expect.any(String),
        'action.message': expect.any(String),
      },
    ],
  ])('%s', (_, policy, expected) => expect(problems(policy)).toEqual(expected));

  it('ends on filters that contain themselves', () => {
    const activity: unknown[] = [];
    for (let at = 0; at < 50; at += 1) activity.push({ any: activity });
    expect(problems({ ...session, activity })).toEqual({ activity: expect.stringMatching('200') });
  });

  it('checks against what the organisation has', () => {
    const references = { apps: ['box'], labels: ['Internal'], types: ['us-ssn'], policyNames: ['Old  one', 'Straße'] };
    const guid = '00000000-0000-4000-8000-000000000000';
    const policy = {
      ...session,
      name: ' STRASSE ',
      activity: [row('app', 'equals', 'box', 'crm')],
      files: [
        row('file.label', 'equals', 'internal', 'unreadable', guid, 'Secret'),
        row('file.content', 'equals', 'us-ssn', 'iban'),
      ],
      inspection: { types: [{ id: 'us-ssn' }, { id: 'nope' }], exclude: ['nix'] },
      action: { type: 'protect', label: 'Secret' },
    };
    expect(problems(policy, references)).toEqual({
      name: expect.stringMatching('Straße'),
      'activity[0].values[1]': expect.stringMatching('crm'),
      'files[0].values[3]': expect.stringMatching('Secret'),
      'files[1].values[1]': expect.stringMatching('iban'),
      'inspection.types[1].id': expect.stringMatching('nope.*us-ssn'),
      'inspection.exclude[0]': expect.stringMatching('nix'),
      'action.type': expect.stringMatching('not available'),
      'action.label': expect.stringMatching('Secret'),
    });
    expect(problems({ ...session, inspection: { types: 'x', exclude: 'y' } }, references)).toEqual({
      'inspection.types': expect.any(String),
      'inspection.exclude': expect.any(String),
    });
    expect(problems({ ...session, action: { type: 'protect', label: 'Internal' } }, references)).not.toHaveProperty(
      'action.label',
    );
  });
});
