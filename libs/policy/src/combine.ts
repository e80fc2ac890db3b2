// The combination table of SPEC section 3: most restrictive wins, whatever the order of creation.
import type { Effect, MatchedPolicy, Obligation, PolicyTrace, Verdict } from '@gatehouse/contracts/decision';
import { actionTypes, severities } from '@gatehouse/contracts/vocabulary';

/** A policy and what it asks for, if it counts. */
export type Asking = Pick<PolicyTrace, 'policyId' | 'version' | 'name' | 'severity' | 'state'> & {
  readonly effect?: Effect | undefined;
};
type WithEffect = Asking & { readonly effect: Effect };

/** Combines enforced and report-only effects into one verdict. Report-only ones are recorded, never enforced. */
export function combine(asking: readonly Asking[]): Verdict {
  // A report-only policy is shown with the result it would have had among all.
  const all = asking.filter(counts).sort(strictestFirst);
  const enforced = all.filter(isEnforced);
  const reportOnly = resultsOf(all).filter((_, at) => !isEnforced(all[at]!));
  const winner = enforced[0];
  if (winner === undefined) {
    return { action: 'allow', reason: 'NO_MATCH', dueToDefault: false, obligations: [], matched: [], reportOnly };
  }
  const { action, reason, dueToDefault } = winner.effect;
  return {
    action,
    reason,
    dueToDefault,
    policyName: winner.name,
    obligations: obligationsOf(enforced),
    matched: resultsOf(enforced),
    reportOnly,
  };
}

const counts = (one: Asking): one is WithEffect => one.effect !== undefined;

const isEnforced = ({ state }: WithEffect) => state === 'enabled';

/** Most restrictive action, highest label, highest severity, then name. */
function strictestFirst(a: WithEffect, b: WithEffect): number {
  return (
    actionTypes.indexOf(a.effect.action) - actionTypes.indexOf(b.effect.action) ||
    labelRank(b) - labelRank(a) ||
    severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
    byText(a.name, b.name) ||
    byText(a.policyId, b.policyId)
  );
}

const labelRank = ({ effect }: WithEffect) => (effect.action === 'protect' ? (effect.labelPriority ?? 0) : 0);

// Not by locale: every replica must order alike.
const byText = (a: string, b: string) => (a < b ? -1 : Number(a > b));

function resultsOf(counted: readonly WithEffect[]): MatchedPolicy[] {
  const winner = counted[0];
  const protection = counted.find(({ effect }) => effect.action === 'protect');
  return counted.map((one) => ({
    id: one.policyId,
    version: one.version,
    name: one.name,
    severity: one.severity,
    action: one.effect.action,
    result: one === winner ? 'won' : composes(one, winner, protection) ? 'composed' : 'overridden',
    alert: one.effect.alert && isEnforced(one),
  }));
}

/** Equal actions share the verdict; stepping up also keeps the first protection. Of two labels only one is applied. */
function composes(one: WithEffect, winner: WithEffect | undefined, protection: WithEffect | undefined): boolean {
  if (one.effect.action === 'protect') return winner?.effect.action === 'stepUp' && one === protection;
  return one.effect.action === winner?.effect.action;
}

function obligationsOf(counted: readonly WithEffect[]): Obligation[] {
  const { action, message, authnContext, requireJustification } = counted[0]!.effect;
  const show: Obligation[] = message !== undefined && action !== 'allow' ? [{ type: 'showMessage', message }] : [];
  switch (action) {
    case 'block':
    case 'allow':
      return show;
    case 'coach':
      return [...show, { type: 'coach', requireJustification: requireJustification ?? false }];
    case 'stepUp':
      return [...show, { type: 'stepUp', authnContext: authnContext ?? [] }, ...protection(counted)];
    case 'protect':
      return [...show, ...protection(counted)];
  }
}

function protection(counted: readonly WithEffect[]): Obligation[] {
  const first = counted.find(({ effect }) => effect.action === 'protect');
  return first ? [{ type: 'protect', label: first.effect.label ?? '' }] : [];
}
