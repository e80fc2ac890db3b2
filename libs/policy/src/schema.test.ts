import { expect, it } from 'vitest';
import { criteria } from './criteria/all.ts';
import { policyJsonSchema } from './schema.ts';

const text = JSON.stringify(policyJsonSchema());

it('describes both kinds of policy and tests', () => {
  expect(policyJsonSchema()).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
  for (const kind of ['SessionPolicy', 'AccessPolicy', 'PolicyTest']) expect(text).toContain(`"const":"${kind}"`);
});

it('lists every filter field and requires none that has a default', () => {
  for (const { field } of criteria) expect(text).toContain(`{"const":"${field}"}`);
  expect(text).not.toMatch(/"required":\[[^\]]*"severity"/);
});
