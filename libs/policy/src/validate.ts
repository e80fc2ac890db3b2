// Checks a policy as an admin wrote it; names every bad field at once (SPEC section 12).
import { accessPolicySchema, type Policy, sessionPolicySchema } from '@gatehouse/contracts/policy';
import type { z } from 'zod';
import type { References } from './criteria/criterion.ts';
import { fold } from './match/text-match.ts';
import { fieldPath, isRecord, type Problem } from './problem.ts';
import { validateAction } from './validate-action.ts';
import { validateFilters } from './validate-filters.ts';

export type Validation = { readonly ok: Policy } | { readonly errors: readonly Problem[] };

type Written = Readonly<Record<string, unknown>>;

/**
 * Checks the parsed form or YAML of one policy. `ok` is the policy with its defaults filled in, ready to be stored.
 * Lists left out of `references` are not checked; `policyNames` are the names of all other policies.
 */
export function validate(policyInput: unknown, references: References = {}): Validation {
  if (!isRecord(policyInput)) return { errors: [{ field: '', message: 'must be a policy: kind, name, action …' }] };
  const filters = [
    ...validateFilters(policyInput.activity, 'activity', references),
    ...validateFilters(policyInput.files, 'files', references),
  ];
  // Bad filters are already named; a schema walking them again could only repeat it, or exhaust the stack.
  const { activity: _, files: __, ...rest } = policyInput;
  const parsed = parse(filters.length > 0 ? rest : policyInput);
  const errors = [
    ...parsed.problems,
    ...filters,
    ...validateKind(policyInput),
    ...validateAction(policyInput, references),
    ...validateInspection(policyInput, references),
    ...validateName(policyInput, references),
  ];
  return parsed.policy === undefined || errors.length > 0 ? { errors: unique(errors) } : { ok: parsed.policy };
}

function parse(written: Written): { readonly policy?: Policy; readonly problems: readonly Problem[] } {
  // With an unknown kind, the rest is still checked: as the kind it looks like.
  const kindKnown = written.kind === 'AccessPolicy' || written.kind === 'SessionPolicy';
  const kind = kindKnown ? written.kind : 'controlType' in written ? 'SessionPolicy' : 'AccessPolicy';
  const schema = kind === 'AccessPolicy' ? accessPolicySchema : sessionPolicySchema;
  const result = schema.safeParse({ ...written, kind });
  const kindProblem: Problem[] = kindKnown
    ? []
    : [{ field: 'kind', message: 'must be a kind of policy', permitted: ['SessionPolicy', 'AccessPolicy'] }];
  if (result.success) return kindKnown ? { policy: result.data, problems: [] } : { problems: kindProblem };
  return { problems: [...kindProblem, ...result.error.issues.flatMap(problemsOf)] };
}

// Fields that exist on session policies only are named by validateKind.
const sessionOnly = ['files', 'inspection', 'controlType', 'unscannable'];

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const field = fieldPath(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .filter((key) => issue.path.length > 0 || !sessionOnly.includes(key))
      .map((key) => ({ field: fieldPath([...issue.path, key]), message: 'is not a field of a policy' }));
  }
  if (issue.code === 'invalid_value')
    return [{ field, message: 'is not a permitted value', permitted: issue.values.map(String) }];
  if (field === 'alerts.dailyLimit') return [{ field, message: 'must be a whole number from 1 to 1,000' }];
  return [{ field, message: issue.message }];
}

function validateKind(policy: Written): Problem[] {
  if (policy.kind === 'AccessPolicy') {
    return sessionOnly
      .filter((key) => policy[key] !== undefined)
      .map((key) => ({
        field: key,
        message: 'belongs to session policies: choose kind SessionPolicy',
        permitted: ['SessionPolicy'],
      }));
  }
  if (policy.controlType !== 'monitor') return [];
  return ['files', 'inspection']
    .filter((key) => policy[key] !== undefined && !(Array.isArray(policy[key]) && policy[key].length === 0))
    .map((key) => ({
      field: key,
      message: 'needs control type monitorAndControlDownload: monitor sees no file',
      permitted: ['monitorAndControlDownload'],
    }));
}

function validateInspection({ inspection }: Written, { types }: References): Problem[] {
  if (!isRecord(inspection) || types === undefined) return [];
  const lookUp = (id: unknown, field: string): Problem[] =>
    typeof id !== 'string' || types.includes(id)
      ? []
      : [{ field, message: `there is no sensitive information type "${id}"`, permitted: types }];
  const listed = Array.isArray(inspection.types) ? inspection.types : [];
  const excluded = Array.isArray(inspection.exclude) ? inspection.exclude : [];
  return [
    ...listed.flatMap((type: unknown, at) =>
      lookUp(isRecord(type) ? type.id : undefined, `inspection.types[${at}].id`),
    ),
    ...excluded.flatMap((id: unknown, at) => lookUp(id, `inspection.exclude[${at}]`)),
  ];
}

function validateName({ name }: Written, { policyNames = [] }: References): Problem[] {
  if (typeof name !== 'string') return [];
  const other = policyNames.find((one) => fold(one.trim()) === fold(name.trim()));
  return other === undefined ? [] : [{ field: 'name', message: `the policy "${other}" already has this name` }];
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ field, message }) => {
    const key = `${field}\n${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
