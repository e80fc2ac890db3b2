// A policy set: the YAML files of one repository, read and checked as a whole. All problems at once, each with its place.
import type { Policy } from '@gatehouse/contracts/policy';
import { type PolicyTest, policyTestSchema } from '@gatehouse/contracts/policy-test';
import type { References } from './criteria/criterion.ts';
import { fold } from './match/text-match.ts';
import { type CaseResult, checkPolicyTest, runPolicyTest } from './policy-test.ts';
import { fieldPath, isRecord, type Problem } from './problem.ts';
import { validate } from './validate.ts';
import { policiesFromYaml, type WrittenPolicy } from './yaml.ts';

export type PolicyFile = { readonly path: string; readonly text: string };
export type Place = { readonly path: string; readonly line: number; readonly column: number };
export type PlacedProblem = Problem & Place;

type Located = { readonly path: string; readonly locate: (field: string) => Place };
export type SetPolicy = Located & { readonly policy: Policy };
export type SetTest = Located & { readonly test: PolicyTest };

export type PolicySet = {
  readonly policies: readonly SetPolicy[];
  readonly tests: readonly SetTest[];
  readonly problems: readonly PlacedProblem[];
};

type Documents = { readonly written: readonly Document[]; readonly problems: readonly PlacedProblem[] };
type Document = Located & { readonly value: unknown };

/**
 * Reads all documents of all files. `problems` is empty when everything can be used; lines and columns are 1-based.
 * Lists left out of `references` are not checked; names must be unique within the set.
 */
export function readPolicySet(files: readonly PolicyFile[], references: References = {}): PolicySet {
  const read = files.map(readFile);
  const documents = read.flatMap(({ written }) => written);
  const isTest = ({ value }: Document) => isRecord(value) && value.kind === 'PolicyTest';
  const checked = documents.filter((one) => !isTest(one)).map((one) => checkPolicy(one, references));
  const policies = checked.flatMap(({ ok }) => (ok === undefined ? [] : [ok]));
  const names = documents.filter((one) => !isTest(one)).flatMap(nameOf);
  // With an unreadable file nobody knows which policies there are.
  const known = read.every(({ problems }) => problems.length === 0) ? names : undefined;
  const tests = documents.filter(isTest).map((one) => checkTest(one, known));
  return {
    policies,
    tests: tests.flatMap(({ ok }) => (ok === undefined ? [] : [ok])),
    problems: [
      ...read.flatMap(({ problems }) => problems),
      ...checked.flatMap(({ problems }) => problems),
      ...duplicateNames(policies),
      ...tests.flatMap(({ problems }) => problems),
    ],
  };
}

/** A failed case with the place where it is written. */
export type PlacedResult = CaseResult & Place;

/** Runs all tests of a set without problems. */
export function runSetTests(set: Pick<PolicySet, 'policies' | 'tests'>): PlacedResult[] {
  const policies = set.policies.map(({ policy }) => policy);
  return set.tests.flatMap(({ test, locate }) =>
    runPolicyTest(test, policies).map((result) => ({ ...result, ...locate(result.field) })),
  );
}

function readFile({ path, text }: PolicyFile): Documents {
  const parsed = policiesFromYaml(text);
  if ('errors' in parsed) {
    const problems = parsed.errors.map(({ line, column, message }) => ({ path, line, column, field: 'yaml', message }));
    return { written: [], problems };
  }
  return { written: parsed.ok.map((one) => located(path, one)), problems: [] };
}

function located(path: string, { value, locate }: WrittenPolicy): Document {
  return { path, value, locate: (field) => ({ path, ...locate(field) }) };
}

const placed =
  ({ locate }: Located) =>
  (problem: Problem): PlacedProblem => ({ ...problem, ...locate(problem.field) });

function checkPolicy(document: Document, references: References) {
  const result = validate(document.value, references);
  if ('ok' in result) {
    const { path, locate } = document;
    return { ok: { path, locate, policy: result.ok }, problems: [] };
  }
  return { ok: undefined, problems: result.errors.map(kindsOfSet).map(placed(document)) };
}

/** In a file, a third kind is possible. */
function kindsOfSet(problem: Problem): Problem {
  if (problem.field !== 'kind') return problem;
  return { ...problem, permitted: [...(problem.permitted ?? []), 'PolicyTest'] };
}

function nameOf({ value }: Document): string[] {
  return isRecord(value) && typeof value.name === 'string' ? [value.name.trim()] : [];
}

function duplicateNames(policies: readonly SetPolicy[]): PlacedProblem[] {
  const first = new Map<string, SetPolicy>();
  return policies.flatMap((one) => {
    const key = fold(one.policy.name.trim());
    const earlier = first.get(key);
    first.set(key, earlier ?? one);
    if (earlier === undefined) return [];
    const { path, line } = earlier.locate('name');
    return [placed(one)({ field: 'name', message: `the policy in ${path}:${line} already has this name` })];
  });
}

function checkTest(document: Document, policyNames: readonly string[] | undefined) {
  const parsed = policyTestSchema.safeParse(document.value);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue): Problem[] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ field: fieldPath([...issue.path, key]), message: 'is not a field of a test' }))
        : [{ field: fieldPath(issue.path), message: issue.message }],
    );
    return { ok: undefined, problems: problems.map(placed(document)) };
  }
  const problems = checkPolicyTest(parsed.data, policyNames);
  if (problems.length > 0) return { ok: undefined, problems: problems.map(placed(document)) };
  return { ok: { path: document.path, locate: document.locate, test: parsed.data }, problems: [] };
}
