import { describe, expect, it } from 'vitest';
import { readPolicySet, runSetTests } from './policy-set.ts';

const policy = (name: string, more = '') => `kind: AccessPolicy\nname: ${name}\naction: {type: block}\n${more}`;
const test = (cases: string, more = '') => `kind: PolicyTest\nname: T\n${more}cases:\n${cases}\n`;

describe('readPolicySet', () => {
  it('names every problem of every file with its line and column', () => {
    const { problems } = readPolicySet(
      [
        { path: 'a.yaml', text: `${policy('A')}---\n${policy('a', 'colour: red\n')}` },
        { path: 'b.yaml', text: 'name: [' },
        { path: 'c.yaml', text: `${policy('C', 'activity:\n  - {field: app, operator: equals, values: [x]}\n')}` },
        { path: 'd.yaml', text: policy('A') },
        { path: 'e.test.yaml', text: test('  - {name: one, request: {color: 1}, expect: {}}', 'policies: [Nobody]\n') },
        { path: 'f.yaml', text: 'kind: Other\nname: F\naction: {type: block}' },
      ],
      { apps: ['box'] },
    );
    expect(problems.map(({ path, line, column, field }) => `${path}:${line}:${column} ${field}`)).toEqual([
      'b.yaml:1:8 yaml',
      'a.yaml:8:1 colour',
      'c.yaml:5:45 activity[0].values[0]',
      'f.yaml:1:1 kind',
      'd.yaml:2:1 name',
      'e.test.yaml:5:27 cases[0].request.color',
    ]);
    expect(problems.find(({ path }) => path === 'f.yaml')?.permitted).toContain('PolicyTest');
  });

  it('knows the policies that tests name, unless a file is unreadable', () => {
    const lost = { path: 't.test.yaml', text: test('  - {name: one, expect: {}}', 'policies: [Nobody]\n') };
    expect(readPolicySet([lost]).problems).toMatchObject([{ line: 3, column: 12, field: 'policies[0]' }]);
    expect(readPolicySet([lost, { path: 'b', text: '[' }]).problems).toMatchObject([{ path: 'b' }]);
  });

  it('reads nothing out of nothing', () => {
    expect(readPolicySet([])).toEqual({ policies: [], tests: [], problems: [] });
  });
});

describe('runSetTests', () => {
  const run = (cases: string, more = '') =>
    runSetTests(
      readPolicySet([{ path: 'p.yaml', text: `${policy('P', 'state: disabled\n')}---\n${test(cases, more)}` }]),
    );

  it('judges named policies as if enabled, and all others as they stand', () => {
    expect(run('  - {name: one, expect: {action: block, policy: P, matched: [P]}}', 'policies: [P]\n')).toMatchObject([
      { passed: true, path: 'p.yaml', line: 10 },
    ]);
    expect(run('  - {name: one, expect: {action: none}}')).toMatchObject([{ passed: true }]);
  });

  it('says what differs', () => {
    const [result] = run('  - {name: one, expect: {action: block, reason: POLICY}}');
    expect(result).toMatchObject({ passed: false, field: 'cases[0]', line: 9, column: 5 });
    expect(result?.differences).toEqual(['expected action block, got none', 'expected reason POLICY, got NO_MATCH']);
  });
});
