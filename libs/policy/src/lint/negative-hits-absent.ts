// "Does not equal" also holds when the attribute is missing (SPEC section 3); where that is meant, the policy can say so.
import { conjunctionsOf, type Literal } from './literal.ts';
import { type Rule, restricts } from './rule.ts';

/**
 * Fields whose absence says nothing about risk. Not among them: device tags (no tag is unmanaged), labels (no label is
 * unlabelled), country and category (unknown counts as risky).
 */
const words: Readonly<Record<string, string>> = {
  'user.name': 'users whose name is unknown',
  'user.domain': 'users whose domain is unknown',
  'user.group': 'users without any group',
  'ip.isp': 'addresses whose provider is unknown',
  'userAgent.raw': 'clients that send no user agent',
  'userAgent.tags': 'clients that carry no tag, which are nearly all',
  'file.name': 'files without a name',
};

const isAbsent = ({ operator, negated }: Literal) => operator === 'isSet' && negated;

export const negativeHitsAbsent: Rule = {
  id: 'negative-hits-absent',
  severity: 'warning',
  check: ({ policy }) => {
    const conjunctions = conjunctionsOf(policy) ?? [];
    if (!restricts(policy)) return [];
    const said = new Set(
      conjunctions
        .flat()
        .filter(isAbsent)
        .map(({ field }) => field),
    );
    const open = conjunctions.flatMap((one) =>
      one.filter(
        (row) =>
          row.negated &&
          row.operator !== 'isSet' &&
          row.field in words &&
          !said.has(row.field) &&
          !one.some((other) => other.field === row.field && !other.negated),
      ),
    );
    return [...new Map(open.map((row) => [row.path, row])).values()].map(({ field, path }) => ({
      path,
      message: `This row also hits ${words[field]}.`,
      remedy: `If that is not meant, add {field: ${field}, operator: isSet}. If it is, say so: any of this row and isNotSet.`,
    }));
  },
};
