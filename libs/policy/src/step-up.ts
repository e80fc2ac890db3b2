// Whether a step-up that policies ask for has been made already.
import type { DecisionRequest, Effect } from '@gatehouse/contracts/decision';

/** A proof counts this long (SPEC section 4). */
export const stepUpFreshMs = 15 * 60_000;

/** Clocks of the identity provider, sign-in and the PEP may differ by this much. */
const clockSkewMs = 60_000;

/**
 * Marks a step-up effect as passed if one proof of the session holds one of its contexts and is at most 15 minutes old.
 * Contexts are compared exactly: they are identifiers, not text (OpenID Connect Core section 2, `acr`).
 */
export function withStepUp(effect: Effect, { subject, context }: DecisionRequest): Effect {
  if (effect.action !== 'stepUp') return effect;
  const wanted = effect.authnContext ?? [];
  const passed = (subject.properties.authContexts ?? []).some(
    ({ acr, authTime }) => acr.some((one) => wanted.includes(one)) && isFresh(authTime, context.time),
  );
  return passed ? { ...effect, stepUpPassed: true } : effect;
}

function isFresh(authTime: string, time: string): boolean {
  const age = Date.parse(time) - Date.parse(authTime);
  return age <= stepUpFreshMs && age >= -clockSkewMs;
}
