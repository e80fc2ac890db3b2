import type { Needs } from '@gatehouse/contracts/decision';
import { storedPolicySchema } from '@gatehouse/contracts/policy';
import { recordedDecisionSchema } from '@gatehouse/contracts/replay';
import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { fileAsKnown } from './recorded-request.ts';
import { replay } from './replay.ts';

const row = (field: string, operator: string, ...values: unknown[]) => ({ field, operator, values });
const policy = (name: string, body: object) =>
  storedPolicySchema.parse({
    id: name,
    version: 1,
    policy: {
      kind: 'SessionPolicy',
      name,
      controlType: 'monitorAndControlDownload',
      action: { type: 'block' },
      ...body,
    },
    createdAt: '',
    updatedAt: '',
    updatedBy: '',
  });
const accessPolicy = (...activity: object[]) => {
  const body = { kind: 'AccessPolicy', name: 'A', activity, action: { type: 'block' } };
  const about = { id: 'A', version: 1, createdAt: '', updatedAt: '', updatedBy: '' };
  return storedPolicySchema.parse({ ...about, policy: body });
};
const inspect = (...types: string[]) => ({ inspection: { types: types.map((id) => ({ id })) } });
const hit = (type: string) => ({ type, instances: { 65: 1, 75: 1, 85: 1 } });

type Change = { facts?: object; size?: number; user?: string; userAgentTags?: string[] };

function recorded({ facts, ...change }: Change = {}) {
  const file = { name: 'a.txt', extensions: ['txt'], types: ['text'], size: { state: 'known', bytes: 10 } };
  return recordedDecisionSchema.parse({
    ...{ id: '018f5b4e-0000-7000-8000-000000000001', referenceId: 'GH-0000-0000', time: '2026-01-05T10:00:00Z' },
    ...{ app: 'files', host: 'files.acme.com', activityType: 'download', user: 'ann@acme.com', ip: '192.0.2.1' },
    ...change,
    facts: { kind: 'file', action: 'download', file, ...facts },
  });
}

/** A file that was held: what was sought, and what was found. */
function held(sought: Partial<Needs>, learned: object, more: Change = {}) {
  const file = { name: 'a.txt', extensions: ['txt'], types: ['text'] };
  const needs = { size: false, label: false, malware: false, content: [], contentSource: 'content', ...sought };
  const known = { size: { state: 'known', bytes: 10 }, ...learned };
  const facts = { file, learned: { sought: needs, file: { ...file, ...known }, complete: true }, ...more.facts };
  return recorded({ ...more, facts });
}

const said = (policies: ReturnType<typeof policy>[], decision: ReturnType<typeof recorded>) => {
  const replayed = replay(compile(policies), decision);
  if (replayed.type === 'unknown') return `unknown ${replayed.notScanned.join(' ')}`;
  return `${replayed.verdict.action} ${replayed.verdict.reason}`;
};

describe('replay', () => {
  it('decides at once what needs nothing of the content', () => {
    expect(said([policy('P', { files: [row('file.extension', 'equals', 'txt')] })], recorded())).toBe('block POLICY');
    expect(said([policy('P', { files: [row('file.size', 'greaterThan', 99)] })], recorded())).toBe('allow NO_MATCH');
  });

  it('uses what was found then, and only for what was looked for', () => {
    const decision = held({ content: ['us-ssn', 'iban'] }, { content: { state: 'known', matches: [hit('us-ssn')] } });
    expect(said([policy('P', inspect('us-ssn'))], decision)).toBe('block POLICY');
    expect(said([policy('P', inspect('iban'))], decision)).toBe('allow NO_MATCH');
    expect(said([policy('P', inspect('email'))], decision)).toBe('unknown email');
    expect(said([policy('P', inspect('us-ssn', 'email'))], decision)).toBe('block POLICY');
    expect(said([policy('P', { files: [row('file.label', 'isSet')] })], decision)).toBe('unknown label');
    expect(said([policy('P', { files: [row('file.malware', 'equals', true)] })], decision)).toBe('unknown malware');
    const byName = { inspection: { source: 'fileName', types: [{ id: 'us-ssn' }] } };
    expect(said([policy('P', byName)], decision)).toBe('unknown us-ssn');
  });

  it('is certain of a block whatever was not learned, and says which policies stay open', () => {
    const decision = held({ content: ['us-ssn'] }, { content: { state: 'known', matches: [hit('us-ssn')] } });
    const replayed = replay(compile([policy('Sure', inspect('us-ssn')), policy('Open', inspect('email'))]), decision);
    expect(replayed).toMatchObject({
      type: 'verdict',
      verdict: { action: 'block', policyName: 'Sure' },
      open: ['Open'],
    });
    expect(replayed.type === 'verdict' && replayed.verdict.matched).toHaveLength(1);
    const reportOnly = policy('Sure', { ...inspect('us-ssn'), state: 'reportOnly' });
    expect(said([reportOnly, policy('Open', inspect('email'))], decision)).toBe('unknown email');
  });

  it('lets the cell decide where the file could not be scanned then', () => {
    const decision = held({ content: ['us-ssn'] }, { content: { state: 'unscannable', reason: 'encrypted' } });
    expect(said([policy('P', inspect('us-ssn'))], decision)).toBe('block UNSCANNABLE_ENCRYPTED');
    const allows = policy('P', { ...inspect('us-ssn'), unscannable: { encrypted: 'allowAndAlert' } });
    expect(said([allows], decision)).toBe('allow UNSCANNABLE_ENCRYPTED');
  });

  it('blocks in strict mode what was not fully inspected', () => {
    const facts = { strictMode: true };
    const clean = { content: { state: 'known', matches: [] } };
    expect(said([policy('P', inspect('iban'))], held({ content: ['iban'] }, clean, { facts }))).toBe('allow NO_MATCH');
    const decision = held({ content: ['iban'] }, { content: { state: 'unscannable', reason: 'corrupt' } }, { facts });
    const cut = { ...decision, facts: { ...decision.facts, learned: { ...decision.facts.learned!, complete: false } } };
    expect(said([policy('P', inspect('iban'))], cut)).toBe('block STRICT_MODE');
  });

  it('blocks a part of a file that must be inspected', () => {
    expect(said([policy('P', inspect('iban'))], recorded({ facts: { part: true } }))).toBe('block DEFAULT_BROKEN');
  });

  it('takes the size from what was delivered, and says where it is not known', () => {
    const big = policy('P', { files: [row('file.size', 'greaterThan', 99)] });
    const unsized = { file: { name: 'a.txt' } };
    expect(said([big], recorded({ facts: unsized }))).toBe('unknown size');
    expect(said([big], recorded({ facts: unsized, size: 100 }))).toBe('block POLICY');
    const cutOff = { size: { state: 'known', bytes: 100 }, content: { state: 'unscannable', reason: 'tooLarge' } };
    expect(said([big], held({ content: ['iban'] }, cutOff))).toBe('unknown size');
  });

  it('never holds what is only watched, and judges sign-ins by access policies', () => {
    const watch = policy('W', { controlType: 'monitor', action: { type: 'allow' } });
    const facts = { kind: 'watched', action: 'navigate', file: undefined };
    expect(said([watch, policy('P', inspect('iban'))], recorded({ facts }))).toBe('allow POLICY');
    const access = accessPolicy(row('user.name', 'isSet'));
    const login = { kind: 'access', action: 'login', file: undefined };
    expect(said([access], recorded({ facts: login }))).toBe('block POLICY');
  });

  it('before the login is certain only of a block that rests on the client', () => {
    const facts = { kind: 'access', action: 'login', file: undefined };
    const early = recorded({ facts, user: '', userAgentTags: ['nativeClient'] });
    expect(said([accessPolicy(row('userAgent.tags', 'equals', 'nativeClient'))], early)).toBe('block POLICY');
    expect(said([accessPolicy(row('user.group', 'isNotSet'))], early)).toBe('unknown user');
    expect(said([], early)).toBe('unknown user');
  });
});

describe('fileAsKnown', () => {
  it('leaves open what was not looked for', () => {
    const decision = held({ label: true }, { label: { state: 'known', labels: ['Internal'] } });
    expect(fileAsKnown(decision)).toMatchObject({
      label: { state: 'known', labels: ['Internal'] },
      content: { state: 'pending' },
      malware: { state: 'pending' },
      size: { state: 'known', bytes: 10 },
    });
    expect(fileAsKnown(recorded({ facts: { kind: 'watched', file: undefined } }))).toBeUndefined();
  });
});
