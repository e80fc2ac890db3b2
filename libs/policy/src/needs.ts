// Joins what several policies still want to know into one errand for the PEP.
import type { Needs } from '@gatehouse/contracts/decision';
import type { Need } from './criteria/criterion.ts';

/** One `Needs` for all given needs; content types in alphabetical order. */
export function joinNeeds(needs: readonly Need[]): Needs {
  const facts = new Set(needs.map((need) => need.fact));
  const content = needs.flatMap((need) => (need.fact === 'content' ? [need] : []));
  const sources = new Set(content.map((need) => need.source));
  return {
    size: facts.has('size'),
    label: facts.has('label'),
    malware: facts.has('malware'),
    content: [...new Set(content.flatMap((need) => need.types))].sort(),
    contentSource: sources.size > 1 ? 'both' : ([...sources][0] ?? 'content'),
  };
}
