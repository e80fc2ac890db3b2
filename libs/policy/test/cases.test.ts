// Runs every YAML case: policies, requests, and what the core must answer.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyTrace } from '@gatehouse/contracts/decision';
import { brokenReferenceSchema, type Policy, policySchema, type StoredPolicy } from '@gatehouse/contracts/policy';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { compile } from '../src/compile.ts';
import { evaluate } from '../src/evaluate.ts';
import { validate } from '../src/validate.ts';
import { toRequest, writtenRequestSchema } from './written-request.ts';

const caseSchema = z.strictObject({
  name: z.string(),
  request: writtenRequestSchema,
  expect: z.strictObject({
    needs: z.record(z.string(), z.unknown()).optional(),
    action: z.string().optional(),
    reason: z.string().optional(),
    dueToDefault: z.boolean().optional(),
    winner: z.string().optional(),
    message: z.string().optional(),
    obligations: z.array(z.unknown()).optional(),
    /** Policy name → result. */
    matched: z.record(z.string(), z.string()).optional(),
    alerting: z.array(z.string()).optional(),
    reportOnly: z.record(z.string(), z.string()).optional(),
    /** Policy name → outcome, then `field: result` of its rows. */
    trace: z.record(z.string(), z.array(z.string())).optional(),
  }),
});

const fileSchema = z.strictObject({
  about: z.string(),
  /** For models the portal refuses today but the core combines: skip validation. */
  unvalidated: z.boolean().default(false),
  labelPriority: z.record(z.string(), z.number()).default({}),
  policies: z.array(z.unknown()),
  /** Policy name → what it names that was deleted. */
  brokenReferences: z.record(z.string(), z.array(brokenReferenceSchema)).default({}),
  cases: z.array(caseSchema),
});

function toStored(policy: unknown, at: number, file: z.infer<typeof fileSchema>): StoredPolicy {
  const checked = file.unvalidated ? { ok: policySchema.parse(policy) } : validate(policy);
  if (!('ok' in checked)) throw new Error(JSON.stringify(checked.errors));
  const stored: Policy = checked.ok;
  const brokenReferences = file.brokenReferences[stored.name];
  const broken = brokenReferences === undefined ? {} : { brokenReferences };
  return { ...broken, id: `p${at}`, version: 1, policy: stored, createdAt: '', updatedAt: '', updatedBy: 'test' };
}

const rowsOf = (trace: readonly PolicyTrace[]) =>
  Object.fromEntries(
    trace.map((one) => [
      one.name,
      [one.outcome, ...one.rows.map((row) => `${row.field}: ${row.result}${row.note ? ` (${row.note})` : ''}`)],
    ]),
  );

const folder = join(import.meta.dirname, 'cases');
for (const name of readdirSync(folder).filter((one) => one.endsWith('.yaml'))) {
  const file = fileSchema.parse(parse(readFileSync(join(folder, name), 'utf8'), { merge: true }));
  describe(`${name}: ${file.about}`, () => {
    it.each(file.cases)('$name', ({ request, expect: expected }) => {
      const { trace, needs, ...rest } = expected;
      // In the test and not before it, so that a mutation run knows which cases look at what.
      const policies = file.policies.map((policy, at) => toStored(policy, at, file));
      const compiled = compile(policies, { labelPriority: file.labelPriority });
      const answer = evaluate(compiled, toRequest(request), { traceOtherApps: true });
      if (trace) expect(rowsOf(answer.trace)).toMatchObject(trace);
      if (answer.type === 'verdict') {
        const { matched, reportOnly } = summary(answer.verdict);
        if (rest.matched) expect(matched).toEqual(rest.matched);
        if (rest.reportOnly) expect(reportOnly).toEqual(rest.reportOnly);
      }
      if (needs) expect(answer).toMatchObject({ type: 'needs', needs });
      else expect(answer.type === 'verdict' ? summary(answer.verdict) : answer).toMatchObject(rest);
    });
  });
}

function summary(verdict: Extract<ReturnType<typeof evaluate>, { type: 'verdict' }>['verdict']) {
  const results = (list: typeof verdict.matched) => Object.fromEntries(list.map((one) => [one.name, one.result]));
  const shown = verdict.obligations.find((one) => one.type === 'showMessage');
  return {
    action: verdict.action,
    reason: verdict.reason,
    dueToDefault: verdict.dueToDefault,
    winner: verdict.policyName,
    message: shown?.message,
    obligations: verdict.obligations,
    matched: results(verdict.matched),
    alerting: [...verdict.matched, ...verdict.reportOnly].filter((one) => one.alert).map((one) => one.name),
    reportOnly: results(verdict.reportOnly),
  };
}
