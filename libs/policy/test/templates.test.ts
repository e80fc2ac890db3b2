// Every template is valid as it stands, has tests beside it, and passes them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPolicySet, runSetTests } from '../src/policy-set.ts';

const folder = join(import.meta.dirname, '../../../examples/policies');
const read = (path: string) => ({ path, text: readFileSync(join(folder, path), 'utf8') });
const templates = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));

describe('templates', () => {
  it('are at least twelve, with names that can all be used together', () => {
    expect(templates.length).toBeGreaterThanOrEqual(12);
    expect(readPolicySet(readdirSync(folder).map(read)).problems).toEqual([]);
  });

  it.each(templates)('%s passes its tests', (name) => {
    const set = readPolicySet([read(name), read(name.replace('.yaml', '.test.yaml'))]);
    expect(set.problems).toEqual([]);
    expect(set.policies).toHaveLength(1);
    expect(set.policies[0]?.policy).toMatchObject({ state: 'reportOnly', description: expect.stringMatching(/\.$/) });
    const results = runSetTests(set);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThan(1);
  });
});
