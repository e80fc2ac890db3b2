// When one policy matches whenever another does.
import { type ActionType, actionTypes } from '@gatehouse/contracts/vocabulary';
import { conjunctionsOf, implies, type Literal, literalsOf, shapeOf } from './literal.ts';
import type { Subject } from './rule.ts';

const strictness = (action: ActionType) => actionTypes.length - actionTypes.indexOf(action);

function sameScope({ policy: a }: Subject, { policy: b }: Subject): boolean {
  if (a.kind === 'AccessPolicy' || b.kind === 'AccessPolicy') return a.kind === b.kind;
  return a.controlType === b.controlType;
}

/** Whenever `narrow` matches, `wide` matches. False when it cannot be told. */
export function covers(wide: Subject, narrow: Subject): boolean {
  if (!sameScope(wide, narrow)) return false;
  const [outer, inner] = [conjunctionsOf(wide.policy), conjunctionsOf(narrow.policy)];
  if (outer === undefined || inner === undefined) return false;
  const implied = (one: readonly Literal[]) =>
    outer.some((other) => other.every((b) => one.some((a) => implies(a, b))));
  const rowsHold = shapeOf(wide.policy) === shapeOf(narrow.policy) || inner.every(implied);
  return rowsHold && sameWhenUnread(wide, narrow, literalsOf(wide.policy));
}

const scanned = ['inspection', 'file.content', 'file.malware', 'file.label'];

/** Where rows depend on reading the file, the cells for unreadable ones decide too. */
function sameWhenUnread({ policy: a }: Subject, { policy: b }: Subject, literals: readonly Literal[]): boolean {
  if (!literals.some(({ field }) => scanned.includes(field))) return true;
  const cells = (policy: Subject['policy']) =>
    JSON.stringify(policy.kind === 'SessionPolicy' ? policy.unscannable : {});
  return cells(a) === cells(b);
}

/** The same policy twice, whatever its texts. */
export function sameEffect(a: Subject, b: Subject): boolean {
  return a.policy.action.type === b.policy.action.type && shapeOf(a.policy) === shapeOf(b.policy) && covers(a, b);
}

/** `winner` is in force whenever `loser` matches, and is at least as strict. */
export function dominates(winner: Subject, loser: Subject): boolean {
  const [strong, weak] = [winner.policy, loser.policy];
  if (strong.state !== 'enabled' || weak.state !== 'enabled') return false;
  const lead = strictness(strong.action.type) - strictness(weak.action.type);
  // Of two labels the higher one wins, which only the labels can tell.
  if (lead < 0 || (lead === 0 && strong.action.type === 'protect')) return false;
  if (lead === 0 && weak.alerts.enabled && !strong.alerts.enabled) return false;
  return covers(winner, loser);
}
