// JSON Schema of a policy file, for editors: made from the contract, so that it can say nothing else.
import { operators, policySchema } from '@gatehouse/contracts/policy';
import { policyTestSchema } from '@gatehouse/contracts/policy-test';
import { z } from 'zod';
import { criteria } from './criteria/all.ts';

type JsonSchema = { [key: string]: unknown };

/**
 * Schema of one YAML document: a policy or a test of policies. Draft 7, which the YAML language server reads best.
 * Editors offer the fields and operators there are; which operator fits which field, only `validate` knows fully.
 */
export function policyJsonSchema(): JsonSchema {
  const document = z.union([policySchema, policyTestSchema]);
  const { $schema, ...rest } = z.toJSONSchema(document, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => describeRow(jsonSchema as JsonSchema),
  }) as JsonSchema;
  const title = 'Gatehouse policies and their tests';
  return { $schema, title, ...rest };
}

/** The schema of a filter row is the object with `field` and `operator`: there the fields are listed. */
function describeRow(schema: JsonSchema): void {
  const properties = schema.properties as JsonSchema | undefined;
  if (properties?.field === undefined || properties.operator === undefined) return;
  properties.field = { type: 'string', enum: criteria.map(({ field }) => field) };
  schema.allOf = criteria.map(({ field, operators: permitted, values }) => ({
    if: { properties: { field: { const: field } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, not a promise
    then: {
      properties: {
        operator: { enum: operators.filter((one) => permitted.includes(one)) },
        values: { description: values },
      },
    },
  }));
}
