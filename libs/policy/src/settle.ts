// From what each policy says to one verdict, or the policies that still have to be waited for.
import type { PolicyTrace, Verdict } from '@gatehouse/contracts/decision';
import { enforceable } from './available.ts';
import { combine } from './combine.ts';

/** What of a policy's trace the verdict rests on. */
export type Said = Pick<
  PolicyTrace,
  'policyId' | 'version' | 'name' | 'severity' | 'state' | 'outcome' | 'action' | 'effect' | 'uninspected'
>;

export type Settled<T> =
  | { readonly type: 'verdict'; readonly verdict: Verdict }
  /** Policies that wait for facts which could still change the verdict, or what is recorded. */
  | { readonly type: 'open'; readonly waiting: readonly T[] };

/**
 * Combines what the policies say (SPEC section 3). A block that is certain waits for nothing but policies that allow:
 * their whole use is to log what they find.
 */
export function settle<T extends Said>(said: readonly T[]): Settled<T> {
  const verdict = enforceable(strict(combine(said), said));
  const open = said.filter(({ outcome }) => outcome === 'needsMore');
  const waiting = verdict.action === 'block' ? open.filter(logsFindings) : open;
  return waiting.length > 0 ? { type: 'open', waiting } : { type: 'verdict', verdict };
}

const logsFindings = ({ state, action }: Said) => state === 'enabled' && action === 'allow';

/** SPEC section 5: what a policy wanted inspected and was not fully inspected is blocked, or protected if that wins. */
function strict(verdict: Verdict, said: readonly Said[]): Verdict {
  const uninspected = said.some((one) => one.uninspected === true && one.state === 'enabled');
  const withheld = verdict.action === 'block' || verdict.obligations.some(({ type }) => type === 'protect');
  return uninspected && !withheld ? { ...verdict, action: 'block', reason: 'STRICT_MODE', obligations: [] } : verdict;
}
