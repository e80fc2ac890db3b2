// The example policies stay valid and survive the way to YAML and back.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { validate } from '../src/validate.ts';
import { policiesFromYaml, policyToYaml } from '../src/yaml.ts';

const folder = join(import.meta.dirname, '../../../examples/demo-policies');
const references = {
  apps: ['files', 'crm'],
  labels: ['Public', 'Internal', 'Confidential'],
  types: ['us-ssn', 'payment-card'],
};

it.each(readdirSync(folder).filter((name) => name.endsWith('.yaml')))('%s', (name) => {
  const read = policiesFromYaml(readFileSync(join(folder, name), 'utf8'));
  const [written] = 'ok' in read ? read.ok : [];
  const checked = validate(written?.value, references);
  if (!('ok' in checked)) throw new Error(JSON.stringify(checked.errors));
  const again = policiesFromYaml(policyToYaml(checked.ok));
  expect('ok' in again && again.ok.map((one) => validate(one.value, references))).toEqual([checked]);
});
