// Checks a policy before it is stored: the policy library's rules against what this organisation has.
import type { Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import { types } from '@gatehouse/dlp/information-types/all';
import { validate } from '@gatehouse/policy/validate';
import { policiesFromYaml } from '@gatehouse/policy/yaml';
import type { DataSource, EntityManager } from 'typeorm';
import { listObjects } from './object.store.ts';
import { listPolicies } from './policy.store.ts';
import { type FieldError, Problem } from './problem.ts';

/** A policy as it came: parsed JSON, or YAML with a way back to line and column. */
export type Written = {
  readonly value: unknown;
  readonly locate?: (field: string) => { line: number; column: number };
};

/** One policy out of a YAML text; throws INVALID with line and column. */
export function fromYaml(text: string): Written {
  const parsed = policiesFromYaml(text);
  if ('errors' in parsed) {
    const errors = parsed.errors.map(({ line, column, message }) => ({
      field: 'yaml',
      message: `line ${line}, column ${column}: ${message}`,
      line,
      column,
    }));
    throw new Problem('INVALID', { detail: 'The YAML cannot be read.', errors });
  }
  const [first, ...others] = parsed.ok;
  if (first === undefined || others.length > 0) {
    throw new Problem('INVALID', { errors: [{ field: 'yaml', message: 'must hold exactly one policy' }] });
  }
  return {
    value: first.value,
    locate: first.locate,
  };
}

export type Checked = { readonly ok: Policy } | { readonly errors: readonly FieldError[] };

export async function checkPolicy(
  db: DataSource | EntityManager,
  written: Written,
  editedId: string | undefined,
): Promise<Checked> {
  const apps = (await listObjects(db, 'apps')).map(({ value }) => value.id);
  const others = (await listPolicies(db)).filter(({ id }) => id !== editedId);
  const result = validate(written.value, {
    apps,
    types: types.map(({ id }) => id),
    policyNames: others.map(({ policy }) => policy.name),
  });
  if ('ok' in result) return result;
  const { locate } = written;
  if (locate === undefined) return { errors: result.errors };
  return {
    errors: result.errors.map((error) => {
      const { line, column } = locate(error.field);
      return { ...error, message: `line ${line}, column ${column}: ${error.message}`, line, column };
    }),
  };
}

/** The checked policy, or CONFLICT if only its name is taken, or INVALID with every bad field. */
export async function requirePolicy(manager: EntityManager, written: Written, editedId?: string): Promise<Policy> {
  const checked = await checkPolicy(manager, written, editedId);
  if ('ok' in checked) return checked.ok;
  const { errors } = checked;
  const namesake = await findNamesake(manager, written.value, editedId);
  const onlyName = errors.every(({ field }) => field === 'name');
  if (namesake === undefined || !onlyName) {
    throw new Problem('INVALID', { detail: 'The policy was not saved: some fields need attention.', errors });
  }
  const usedBy = [{ type: 'policy', id: namesake.id, name: namesake.policy.name }];
  throw new Problem('CONFLICT', { detail: 'Another policy has this name.', errors, usedBy });
}

async function findNamesake(
  manager: EntityManager,
  value: unknown,
  editedId: string | undefined,
): Promise<StoredPolicy | undefined> {
  const name = typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : '';
  const folded = fold(name);
  return (await listPolicies(manager)).find(({ id, policy }) => id !== editedId && fold(policy.name) === folded);
}

const fold = (text: string) => text.trim().normalize('NFC').toLowerCase();
