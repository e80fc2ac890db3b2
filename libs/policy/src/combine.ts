// The combination table of SPEC section 3: most restrictive wins, whatever the order of creation.
import type { MatchedPolicy, Obligation, Verdict } from '@gatehouse/contracts/decision';
import { actionTypes, severities } from '@gatehouse/contracts/vocabulary';
import type { Effect } from './match-policy.ts';

type LabelPriority = Readonly<Record<string, number>>;

/** Combines enforced and report-only effects into one verdict. Report-only ones are recorded, never enforced. */
export function combine(effects: readonly Effect[], labelPriority: LabelPriority): Verdict {
  const enforced = ranked(effects.filter(isEnforced), labelPriority);
  // A report-only policy is shown with the result it would have had among all.
  const all = ranked(effects, labelPriority);
  const reportOnly = results(all).filter((_, at) => all[at]?.compiled.state === 'reportOnly');
  const winner = enforced[0];
  if (winner === undefined) {
    return { action: 'allow', reason: 'NO_MATCH', dueToDefault: false, obligations: [], matched: [], reportOnly };
  }
  return {
    action: winner.action,
    reason: winner.reason,
    dueToDefault: winner.dueToDefault,
    policyName: winner.compiled.policy.name,
    obligations: obligationsOf(enforced),
    matched: results(enforced),
    reportOnly,
  };
}

const isEnforced = (effect: Effect) => effect.compiled.state === 'enabled';

function ranked(effects: readonly Effect[], labelPriority: LabelPriority): Effect[] {
  const priority = (effect: Effect) =>
    effect.action === 'protect' ? (labelPriority[effect.compiled.policy.action.label ?? ''] ?? 0) : 0;
  const severity = (effect: Effect) => severities.indexOf(effect.compiled.policy.severity);
  return [...effects].sort(
    (a, b) =>
      actionTypes.indexOf(a.action) - actionTypes.indexOf(b.action) ||
      priority(b) - priority(a) ||
      severity(b) - severity(a) ||
      byText(a.compiled.policy.name, b.compiled.policy.name) ||
      byText(a.compiled.id, b.compiled.id),
  );
}

// Not by locale: every replica must order alike.
const byText = (a: string, b: string) => (a < b ? -1 : Number(a > b));

function results(effects: readonly Effect[]): MatchedPolicy[] {
  return effects.map((effect, at) => ({
    id: effect.compiled.id,
    version: effect.compiled.version,
    name: effect.compiled.policy.name,
    severity: effect.compiled.policy.severity,
    action: effect.action,
    result: at === 0 ? 'won' : composes(effects[0]!, effect, effects) ? 'composed' : 'overridden',
    alert: effect.alert && isEnforced(effect),
  }));
}

/** Equal actions share the verdict; stepping up also keeps the first protection. Of two labels only one is applied. */
function composes(winner: Effect, effect: Effect, effects: readonly Effect[]): boolean {
  if (effect.action === 'protect') {
    return winner.action === 'stepUp' && effect === effects.find((one) => one.action === 'protect');
  }
  return effect.action === winner.action;
}

function obligationsOf(effects: readonly Effect[]): Obligation[] {
  const winner = effects[0]!;
  const { message } = winner.compiled.policy.action;
  const show: Obligation[] =
    message !== undefined && winner.action !== 'allow' ? [{ type: 'showMessage', message }] : [];
  switch (winner.action) {
    case 'block':
    case 'allow':
      return show;
    case 'coach':
      return [
        ...show,
        { type: 'coach', requireJustification: winner.compiled.policy.action.requireJustification ?? false },
      ];
    case 'stepUp': {
      const stepUp: Obligation = { type: 'stepUp', authnContext: winner.compiled.policy.action.authnContext ?? [] };
      return [...show, stepUp, ...protection(effects)];
    }
    case 'protect':
      return [...show, ...protection(effects)];
  }
}

function protection(effects: readonly Effect[]): Obligation[] {
  const first = effects.find((effect) => effect.action === 'protect');
  return first ? [{ type: 'protect', label: first.compiled.policy.action.label ?? '' }] : [];
}
