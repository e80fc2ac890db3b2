// The inspection block: one AND row on file.content with instances, confidence and exclusions.
import type { RowTrace } from '@gatehouse/contracts/decision';
import type { Inspection } from '@gatehouse/contracts/policy';
import { type BrokenReferences, isBroken } from './broken-references.ts';
import { type CompiledFilter, resultOf } from './compile-filter.ts';
import { fileOf, type Reading } from './criteria/criterion.ts';
import { instancesAt } from './criteria/file-content.ts';
import type { Facts } from './facts.ts';
import { fold } from './match/text-match.ts';
import { allOf, anyOf, certain, not, type Truth, unknown } from './truth.ts';

type Rule = Inspection['types'][number];
type CompiledRule = Rule & { readonly key: string; readonly gone: boolean };

/** Confidence at which an exclusion counts: any. */
const anyConfidence = { minInstances: 1, minConfidence: 65 } as const;

/** Compiles the block; an exclusion that is found makes it false whatever else is found. */
export function compileInspection(inspection: Inspection, broken: BrokenReferences): CompiledFilter {
  const compileRule = (rule: Rule): CompiledRule => {
    return { ...rule, key: fold(rule.id), gone: isBroken(broken, 'file.content', rule.id) };
  };
  const rules = inspection.types.map(compileRule);
  const exclusions = inspection.exclude.map((id) => compileRule({ ...anyConfidence, id }));
  const types = [...rules, ...exclusions].filter(({ gone }) => !gone).map(({ id }) => id);
  const pending = unknown({ state: 'pending', need: { fact: 'content', types, source: inspection.source } });
  const join = inspection.match === 'all' ? allOf : anyOf;

  const judge = (facts: Facts): Truth => {
    const open = missing(facts, pending);
    const found = (rule: CompiledRule) => judgeRule(rule, facts, open);
    const wanted = join(rules, found);
    if (wanted.value === false) return wanted;
    return allOf([wanted, not(anyOf(exclusions, found))], (truth) => truth);
  };
  const gone = [...rules, ...exclusions].flatMap((rule) => (rule.gone ? [rule.id] : []));
  const note = noteOf(inspection, gone);
  return {
    judge,
    trace: (facts, rows) => rows.push(traceInspection(inspection, note, readingOf(facts), judge(facts))) - 1,
  };
}

/** A type that no longer exists cannot be found, and nobody can say that it is not there. */
function judgeRule({ key, gone, minInstances, minConfidence }: CompiledRule, facts: Facts, open: Truth): Truth {
  if (gone) return unknown({ state: 'brokenReference' });
  const match = facts.findings.get(key);
  return match && instancesAt(match, minConfidence) >= minInstances ? certain(true) : open;
}

/** What a type that was not found means: surely not there, or unknown. */
function missing({ request }: Facts, pending: Truth): Truth {
  const { content } = fileOf(request);
  switch (content.state) {
    case 'known':
      return certain(false);
    case 'pending':
      return pending;
    case 'unscannable':
      return unknown({ state: 'unscannable', reason: content.reason });
  }
}

function readingOf(facts: Facts): Reading {
  const { content } = fileOf(facts.request);
  if (content.state === 'pending') return { state: 'pending', fact: 'content' };
  return { ...content, state: 'known', values: content.matches.map((match) => match.type) };
}

function noteOf({ match, source, exclude }: Inspection, gone: readonly string[]): string {
  const excluding = exclude.length > 0 ? `, excluding ${exclude.join(', ')}` : '';
  const missing = gone.length > 0 ? `; no longer exists: ${gone.join(', ')}` : '';
  return `${match} of the types, in the ${source === 'fileName' ? 'file name' : 'content'}${excluding}${missing}`;
}

function traceInspection(inspection: Inspection, note: string, reading: Reading, truth: Truth): RowTrace {
  return {
    field: 'file.content',
    operator: 'equals',
    values: inspection.types.map((type) => type.id),
    result: resultOf(reading, truth),
    satisfied: truth.value ?? null,
    seen: reading.state === 'pending' ? [] : [...reading.values],
    part: 'inspection',
    note,
  };
}
