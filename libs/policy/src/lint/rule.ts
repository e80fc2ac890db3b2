// What a lint rule is given and what it says. Rules are pure: what the organisation has and the time are arguments.
import type { App, Assignment, IpRange } from '@gatehouse/contracts/catalogue';
import type { LintFinding } from '@gatehouse/contracts/lint';
import type { Policy } from '@gatehouse/contracts/policy';

export type Subject = {
  readonly policy: Policy;
  /** ISO 8601: since when it is report-only without a break; undefined if unknown. */
  readonly reportOnlySince?: string;
};

/** What the organisation has. Rules about a part that is not given stay silent. */
export type LintFacts = {
  /** ISO 8601. */
  readonly now?: string;
  readonly apps?: readonly App[];
  readonly assignments?: readonly Assignment[];
  readonly ipRanges?: readonly IpRange[];
  /** Ids and names of labels. */
  readonly labels?: readonly string[];
  readonly types?: readonly string[];
  /** Recipients every alert goes to, whatever its policy names. */
  readonly defaultRecipients?: number;
};

/** What a rule says; `lint` adds the rule and the policy. */
export type Remark = Pick<LintFinding, 'path' | 'message' | 'remedy'>;

export type Rule = {
  readonly id: string;
  readonly severity: LintFinding['severity'];
  readonly check: (subject: Subject, others: readonly Subject[], facts: LintFacts) => readonly Remark[];
};

/** Does more than record. */
export function restricts({ action }: Policy): boolean {
  return action.type !== 'allow';
}
