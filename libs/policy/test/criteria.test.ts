// Runs the cases that stand beside each filter field, and sees to it that every operator has a hit and a miss.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RowTrace } from '@gatehouse/contracts/decision';
import { operators } from '@gatehouse/contracts/policy';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { compileFilter } from '../src/compile-filter.ts';
import { criteria } from '../src/criteria/all.ts';
import { Facts } from '../src/facts.ts';
import { toRequest, writtenRequestSchema } from './written-request.ts';

const value = z.union([z.string(), z.number(), z.boolean()]);
const casesSchema = z.array(
  z.strictObject({
    given: writtenRequestSchema,
    is: z.enum(operators),
    values: z.array(value).default([]),
    /** The row's result; `holds` says how it counts where the result does not. */
    row: z.enum(['hit', 'miss', 'absent', 'pending', 'unscannable']),
    holds: z.boolean().optional(),
    seen: z.array(value).optional(),
    note: z.string().optional(),
  }),
);

/** `file.typeMismatch` → `file-type-mismatch.cases.yaml`. */
function casesOf(field: string) {
  const name = field.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const file = join(import.meta.dirname, '../src/criteria', `${name}.cases.yaml`);
  return existsSync(file) ? casesSchema.parse(parse(readFileSync(file, 'utf8'))) : [];
}

const expectedHolds = { hit: true, miss: false, pending: null, unscannable: null } as const;

for (const { field, operators: has } of criteria) {
  const cases = casesOf(field);
  describe(field, () => {
    it.each(cases)('$is $values given $given: $row', ({ given, is, values, row, holds, seen, note }) => {
      const rows: RowTrace[] = [];
      const place = { part: 'files', broken: new Map() } as const;
      compileFilter({ field, operator: is, values }, place).trace(new Facts(toRequest(given)), rows);
      const satisfied = row === 'absent' ? (holds ?? null) : expectedHolds[row];
      expect(rows).toMatchObject([{ field, operator: is, values, part: 'files', result: row, satisfied }]);
      if (seen) expect(rows[0]?.seen).toEqual(seen);
      expect(rows[0]?.note).toBe(note);
    });

    it.each(has)('has a case that holds and one that does not: %s', (operator) => {
      const outcomes = cases
        .filter(({ is }) => is === operator)
        .map(({ row, holds }) => (row === 'absent' ? holds : expectedHolds[row]));
      expect(outcomes).toContain(true);
      expect(outcomes).toContain(false);
    });
  });
}
