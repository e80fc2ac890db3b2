// Replay of one recorded decision: the steps the PEP takes (ask, hold, ask again), with what was learned then.
import type { FileFacts, Needs, PolicyTrace, Verdict } from '@gatehouse/contracts/decision';
import type { RecordedFacts } from '@gatehouse/contracts/recorded-facts';
import type { CompiledPolicies } from './compile.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { fold } from './match/text-match.ts';
import { measuredSize, type Recorded, recordedRequest } from './recorded-request.ts';

export type Replayed =
  | {
      readonly type: 'verdict';
      /** Its action is certain; `matched` and `reportOnly` hold what surely matches. */
      readonly verdict: Verdict;
      readonly trace: readonly PolicyTrace[];
      /** Ids of policies that might match as well, had everything been learned then. */
      readonly open?: readonly string[];
    }
  /** Something that would be learned now was not learned then, and could decide: no verdict is guessed. */
  | { readonly type: 'unknown'; readonly notScanned: readonly string[]; readonly trace: readonly PolicyTrace[] };

/**
 * The verdict that enforcement would reach for a recorded decision with these policies. `notScanned` names sensitive
 * information types, or `label`, `size`, `malware`, `user` (refused before the login).
 */
export function replay(compiled: CompiledPolicies, recorded: Recorded): Replayed {
  const first = evaluate(compiled, recordedRequest(recorded));
  if (recorded.facts.kind === 'access' && recorded.user === '') return replayUnknownUser(first);
  if (first.type === 'verdict') return first;
  // What is only watched is never held: the PEP records no verdict then.
  if (recorded.facts.kind !== 'file') return { type: 'verdict', verdict: unjudged, trace: first.trace };
  // The PEP refuses a part of a file that must be inspected.
  if (recorded.facts.part) return { type: 'verdict', verdict: broken, trace: [] };
  return replayHeld(compiled, recorded, first.needs);
}

/**
 * Whether any of these policies can have a part in the decision: one matches, or would have something learned first.
 * If none has, adding or removing them all leaves the verdict as it is.
 */
export function touches(compiled: CompiledPolicies, recorded: Recorded): boolean {
  const first = evaluate(compiled, recordedRequest(recorded));
  return first.type === 'needs' || first.verdict.matched.length > 0 || first.verdict.reportOnly.length > 0;
}

/** Before the login only a block that rests on the client and on nothing of the user is certain. */
function replayUnknownUser(evaluation: Evaluation): Replayed {
  const { trace } = evaluation;
  if (evaluation.type === 'verdict' && trace.some(blocksAnyUser)) return evaluation;
  return { type: 'unknown', notScanned: ['user'], trace };
}

function blocksAnyUser({ state, outcome, action, rows }: PolicyTrace): boolean {
  const restsOnUser = rows.some(({ field }) => field.startsWith('user.') || field === 'device.tags');
  const restsOnClient = rows.some(({ field }) => field === 'clientApp' || field.startsWith('userAgent.'));
  return state === 'enabled' && outcome === 'matched' && action === 'block' && restsOnClient && !restsOnUser;
}

function replayHeld(compiled: CompiledPolicies, recorded: Recorded, needs: Needs): Replayed {
  const notScanned = missingOf(needs, recorded);
  const second = evaluate(compiled, recordedRequest(recorded, heldFile(needs, recorded, notScanned)));
  const unknown: Replayed = { type: 'unknown', notScanned, trace: second.trace };
  if (second.type === 'needs') {
    // After everything was learned the PEP takes such an answer for broken.
    return notScanned.length > 0 ? unknown : { type: 'verdict', verdict: broken, trace: [] };
  }
  if (notScanned.length > 0) return withOpenPolicies(second) ?? unknown;
  return second;
}

const undecided: readonly PolicyTrace['outcome'][] = ['unscannable', 'needsMore'];

/** Although something was not learned: a block by a policy that surely matches is certain whatever it is. */
function withOpenPolicies(evaluation: Extract<Evaluation, { type: 'verdict' }>): Replayed | undefined {
  const { trace, verdict } = evaluation;
  const open = trace.filter(({ outcome }) => undecided.includes(outcome)).map(({ policyId }) => policyId);
  const surely = verdict.matched.filter(({ id }) => !open.includes(id));
  const blocks = surely.find(({ action }) => action === 'block');
  if (blocks === undefined) return undefined;
  const reportOnly = verdict.reportOnly.filter(({ id }) => !open.includes(id));
  return {
    type: 'verdict',
    open,
    trace,
    verdict: { ...verdict, policyName: blocks.name, matched: surely, reportOnly },
  };
}

/** What the PEP would have to learn now and did not learn then. */
function missingOf(needs: Needs, recorded: Recorded): string[] {
  const { learned } = recorded.facts;
  const inspects = needs.content.length > 0 || needs.label;
  const sizeKnown = measuredSize(recorded) !== undefined || (inspects && learned !== undefined);
  return [
    ...needs.content.filter((type) => !wasSought(type, needs, learned)),
    ...(needs.label && !learned?.sought.label ? ['label'] : []),
    ...(needs.size && !sizeKnown ? ['size'] : []),
    ...(needs.malware && !learned?.sought.malware ? ['malware'] : []),
  ];
}

function wasSought(type: string, needs: Needs, learned: RecordedFacts['learned']): boolean {
  if (learned === undefined || learned.sought.contentSource !== needs.contentSource) return false;
  return learned.sought.content.some((one) => fold(one) === fold(type));
}

// Stands for "not scanned" while evaluating: hits that were found count, everything else stays open.
const open = { state: 'unscannable', reason: 'unsupportedType' } as const;

/** The file after holding, as the PEP would fill it in. */
function heldFile(needs: Needs, recorded: Recorded, notScanned: readonly string[]): FileFacts | undefined {
  const { file, learned } = recorded.facts;
  if (file === undefined) return undefined;
  // Of a file that is cut off again, the PEP would know no more than it did then.
  const bytes = measuredSize(recorded) ?? (notScanned.includes('size') ? undefined : sizeOf(learned?.file));
  return {
    ...file,
    size: bytes === undefined ? { state: 'pending' } : { state: 'known', bytes },
    label: !needs.label ? { state: 'known', labels: [] } : learned?.sought.label ? learned.file.label : open,
    content: heldContent(needs, recorded.facts, notScanned),
    malware: needs.malware && learned?.sought.malware ? learned.file.malware : { ...open, reason: 'scannerDown' },
  };
}

const sizeOf = (file: FileFacts | undefined) => (file?.size.state === 'known' ? file.size.bytes : undefined);

function heldContent(needs: Needs, { learned }: RecordedFacts, notScanned: readonly string[]): FileFacts['content'] {
  if (needs.content.length === 0) return { state: 'known', matches: [] };
  const content = learned?.file.content ?? { ...open, matches: [] };
  const found = content.state === 'pending' ? [] : content.matches;
  const asked = needs.content.filter((type) => wasSought(type, needs, learned)).map(fold);
  const matches = found.filter((match) => asked.includes(fold(match.type)));
  const complete = needs.content.every((type) => !notScanned.includes(type));
  return complete && content.state !== 'pending' ? { ...content, matches } : { ...open, matches };
}

const empty = { obligations: [], matched: [], reportOnly: [] };
const broken: Verdict = { ...empty, action: 'block', reason: 'DEFAULT_BROKEN', dueToDefault: true };
const unjudged: Verdict = { ...empty, action: 'allow', reason: 'NO_MATCH', dueToDefault: false };
