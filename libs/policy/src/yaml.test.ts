import { policySchema } from '@gatehouse/contracts/policy';
import { describe, expect, it } from 'vitest';
import { policiesFromYaml, policyToYaml } from './yaml.ts';

const policy = policySchema.parse({
  name: 'yes: "no" # {x}',
  description: 'two\nlines\n',
  kind: 'SessionPolicy',
  controlType: 'monitorAndControlDownload',
  activity: [{ field: 'user.group', operator: 'equals', values: ['no', '0x1', '1e3', 'null', '~', ' padded '] }],
  files: [
    {
      any: [
        { field: 'file.size', operator: 'greaterThan', values: [1024, '1 MiB'] },
        { not: { field: 'file.typeMismatch', operator: 'equals', values: [true] } },
      ],
    },
  ],
  inspection: { types: [{ id: 'us-ssn' }] },
  action: { type: 'block', message: '{fileName} must stay' },
});

describe('policy and YAML', () => {
  it('loses nothing', () => {
    const text = policyToYaml(policy);
    const read = policiesFromYaml(text);
    expect('ok' in read && read.ok.map((one) => policySchema.parse(one.value))).toEqual([policy]);
    expect(text).toMatch(/^apiVersion: gatehouse\/v1\nkind: SessionPolicy\nname: /);
    expect(text).toMatch(/\n {2}- \{ field: user.group, operator: equals, values: /);
  });

  it('writes keys in reading order, whatever order they are stored in', () => {
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, inner]) => [key, reversed(inner)]),
            )
          : value;
    expect(policyToYaml(reversed(policy) as typeof policy)).toBe(policyToYaml(policy));
    expect(policyToYaml(policy)).toMatch(/alerts:\n {2}enabled: false\n {2}dailyLimit: 5\n/);
  });

  it('says where a field stands', () => {
    const read = policiesFromYaml(
      'kind: AccessPolicy\nactivity:\n  - {field: app,\n     operator: is}\n---\nname: second\n',
    );
    if (!('ok' in read)) throw new Error('unreadable');
    const [first, second] = read.ok;
    expect(first?.locate('activity[0].operator')).toEqual({ line: 4, column: 6 });
    expect(first?.locate('activity[0]')).toEqual({ line: 3, column: 5 });
    expect(first?.locate('activity[0].values')).toEqual({ line: 3, column: 5 });
    expect(first?.locate('')).toEqual({ line: 1, column: 1 });
    expect(second?.locate('name')).toEqual({ line: 6, column: 1 });
    expect(second?.locate('kind')).toEqual({ line: 6, column: 1 });
  });

  it.each([
    ['broken syntax', 'a: [1\nb: 2', 2],
    ['duplicate key', 'a: 1\na: 2', 2],
    ['a tag that is unknown', 'a: !!js/function x', 1],
  ])('reports %s with its line', (_, text, line) => {
    expect(policiesFromYaml(text)).toMatchObject({ errors: [{ line, column: expect.any(Number) }] });
  });

  it('reads nothing out of nothing', () => {
    expect(policiesFromYaml('')).toEqual({ ok: [] });
    expect(policiesFromYaml('---\n---\n')).toEqual({ ok: [] });
  });

  it('refuses aliases that multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let at = 1; at < 6; at += 1)
      lines.push(
        `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
      );
    expect(policiesFromYaml(lines.join('\n'))).toMatchObject({ errors: [{ line: 1 }] });
  });
});
