// The inspection block: one AND row on file.content with instances, confidence and exclusions.
import type { ContentMatch, DecisionRequest, RowTrace } from '@gatehouse/contracts/decision';
import type { Inspection } from '@gatehouse/contracts/policy';
import { type BrokenReferences, isBroken } from './broken-references.ts';
import { type CompiledFilter, resultOf } from './compile-filter.ts';
import { fileOf, type Reading } from './criteria/criterion.ts';
import { instancesAt } from './criteria/file-content.ts';
import { fold } from './match/text-match.ts';
import { allOf, anyOf, certain, not, type Truth, type Unknown, unknown } from './truth.ts';

type Rule = Inspection['types'][number];

/** Compiles the block; an exclusion that is found makes it false whatever else is found. */
export function compileInspection(inspection: Inspection, broken: BrokenReferences): CompiledFilter {
  const named = [...inspection.types.map((type) => type.id), ...inspection.exclude];
  const isGone = (id: string) => isBroken(broken, 'file.content', id);
  const types = named.filter((id) => !isGone(id));
  const pending: Unknown = { state: 'pending', need: { fact: 'content', types, source: inspection.source } };
  return (request, trace) => {
    const { content } = fileOf(request);
    const matches = content.state === 'pending' ? [] : content.matches;
    const open = missing(request, pending);
    const truth = judge(inspection, matches, (id) => (isGone(id) ? unknown({ state: 'brokenReference' }) : open));
    const reading: Reading =
      content.state === 'pending'
        ? { state: 'pending', fact: 'content' }
        : { ...content, state: 'known', values: matches.map((match) => match.type) };
    trace.push(traceInspection(inspection, reading, truth, named.filter(isGone)));
    return truth;
  };
}

/** What a type that was not found means: surely not there, or unknown. */
function missing(request: DecisionRequest, pending: Unknown): Truth {
  const { content } = fileOf(request);
  switch (content.state) {
    case 'known':
      return certain(false);
    case 'pending':
      return unknown(pending);
    case 'unscannable':
      return unknown({ state: 'unscannable', reason: content.reason });
  }
}

function judge(inspection: Inspection, matches: readonly ContentMatch[], open: (id: string) => Truth): Truth {
  const found = (rule: Rule): Truth => {
    const match = matches.find((one) => fold(one.type) === fold(rule.id));
    return match && instancesAt(match, rule.minConfidence) >= rule.minInstances ? certain(true) : open(rule.id);
  };
  const rules = inspection.types.map(found);
  const excluded = anyOf(inspection.exclude.map((id) => found({ id, minInstances: 1, minConfidence: 65 })));
  return allOf([inspection.match === 'all' ? allOf(rules) : anyOf(rules), not(excluded)]);
}

function traceInspection(inspection: Inspection, reading: Reading, truth: Truth, gone: readonly string[]): RowTrace {
  const excluding = inspection.exclude.length > 0 ? `, excluding ${inspection.exclude.join(', ')}` : '';
  const missing = gone.length > 0 ? `; no longer exists: ${gone.join(', ')}` : '';
  return {
    field: 'file.content',
    operator: 'equals',
    values: inspection.types.map((type) => type.id),
    result: resultOf(reading, truth),
    satisfied: truth.value ?? null,
    seen: reading.state === 'pending' ? [] : [...reading.values],
    part: 'inspection',
    note: `${inspection.match} of the types, in the ${inspection.source === 'fileName' ? 'file name' : 'content'}${excluding}${missing}`,
  };
}
