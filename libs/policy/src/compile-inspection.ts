// The inspection block: one AND row on file.content with instances, confidence and exclusions.
import type { ContentMatch, DecisionRequest, RowTrace } from '@gatehouse/contracts/decision';
import type { Inspection } from '@gatehouse/contracts/policy';
import { type CompiledFilter, resultOf } from './compile-filter.ts';
import { fileOf, type Reading } from './criteria/criterion.ts';
import { instancesAt } from './criteria/file-content.ts';
import { fold } from './match/text-match.ts';
import { allOf, anyOf, certain, not, type Truth, type Unknown, unknown } from './truth.ts';

type Rule = Inspection['types'][number];

/** Compiles the block; an exclusion that is found makes it false whatever else is found. */
export function compileInspection(inspection: Inspection): CompiledFilter {
  const types = [...inspection.types.map((type) => type.id), ...inspection.exclude];
  const pending: Unknown = { state: 'pending', need: { fact: 'content', types, source: inspection.source } };
  return (request, trace) => {
    const { content } = fileOf(request);
    const matches = content.state === 'pending' ? [] : content.matches;
    const open = missing(request, pending);
    const truth = judge(inspection, matches, open);
    const reading: Reading =
      content.state === 'pending'
        ? { state: 'pending', fact: 'content' }
        : { ...content, state: 'known', values: matches.map((match) => match.type) };
    trace.push(traceInspection(inspection, reading, truth));
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

function judge(inspection: Inspection, matches: readonly ContentMatch[], open: Truth): Truth {
  const found = (rule: Rule): Truth => {
    const match = matches.find((one) => fold(one.type) === fold(rule.id));
    return match && instancesAt(match, rule.minConfidence) >= rule.minInstances ? certain(true) : open;
  };
  const rules = inspection.types.map(found);
  const excluded = anyOf(inspection.exclude.map((id) => found({ id, minInstances: 1, minConfidence: 65 })));
  return allOf([inspection.match === 'all' ? allOf(rules) : anyOf(rules), not(excluded)]);
}

function traceInspection(inspection: Inspection, reading: Reading, truth: Truth): RowTrace {
  const excluding = inspection.exclude.length > 0 ? `, excluding ${inspection.exclude.join(', ')}` : '';
  return {
    field: 'file.content',
    operator: 'equals',
    values: inspection.types.map((type) => type.id),
    result: resultOf(reading, truth),
    satisfied: truth.value ?? null,
    seen: reading.state === 'pending' ? [] : [...reading.values],
    part: 'inspection',
    note: `${inspection.match} of the types, in the ${inspection.source === 'fileName' ? 'file name' : 'content'}${excluding}`,
  };
}
