// The one list of lint rules, and running them.
import type { LintFinding } from '@gatehouse/contracts/lint';
import { alertWithoutRecipient } from './alert-without-recipient.ts';
import { appUnassigned } from './app-unassigned.ts';
import { blocksEverything } from './blocks-everything.ts';
import { dominated } from './dominated.ts';
import { duplicatePolicy } from './duplicate-policy.ts';
import { duplicateRow } from './duplicate-row.ts';
import { linkedAppUncovered } from './linked-app-uncovered.ts';
import { messagePlaceholder } from './message-placeholder.ts';
import { messageWithoutNextStep } from './message-without-next-step.ts';
import { nameInsteadOfType } from './name-instead-of-type.ts';
import { nativeClientsUncovered } from './native-clients-uncovered.ts';
import { negativeHitsAbsent } from './negative-hits-absent.ts';
import { neverMatches } from './never-matches.ts';
import { reportOnlyStale } from './report-only-stale.ts';
import { restsOnUserAgent } from './rests-on-user-agent.ts';
import type { LintFacts, Rule, Subject } from './rule.ts';
import { unknownReference } from './unknown-reference.ts';
import { unscannablePasses } from './unscannable-passes.ts';

export const lintRules: readonly Rule[] = [
  neverMatches,
  unknownReference,
  appUnassigned,
  messagePlaceholder,
  dominated,
  duplicatePolicy,
  duplicateRow,
  linkedAppUncovered,
  nativeClientsUncovered,
  restsOnUserAgent,
  negativeHitsAbsent,
  unscannablePasses,
  blocksEverything,
  nameInsteadOfType,
  reportOnlyStale,
  alertWithoutRecipient,
  messageWithoutNextStep,
];

/** Everything that is doubtful about these policies, policy by policy, in the order of the rules. */
export function lint(subjects: readonly Subject[], facts: LintFacts = {}): LintFinding[] {
  return subjects.flatMap((subject) => {
    const others = subjects.filter((other) => other !== subject);
    return lintRules.flatMap(({ id, severity, check }) =>
      check(subject, others, facts).map((remark) => ({ rule: id, policy: subject.policy.name, severity, ...remark })),
    );
  });
}
