import type { Operator } from '@gatehouse/contracts/policy';
import { canonicalAddress, isAddress, isRange, rangeMatcher } from '../match/ip-match.ts';
import { scalarTest } from '../match/scalar-match.ts';
import type { Test } from '../match/seen.ts';
import { equality, type PositiveOperator, presence } from '../operators.ts';
import { type Criterion, known, type Scalar } from './criterion.ts';

function check(value: Scalar, operator: Operator): string | undefined {
  const text = String(value);
  if (operator === 'startsWith') {
    return /^[0-9a-f:.]+$/i.test(text) ? undefined : 'must be the beginning of an address, like 10.1.';
  }
  if (operator === 'inRange')
    return isRange(text) ? undefined : `"${text}" is not a CIDR like 10.0.0.0/8 or 2001:db8::/32`;
  if (isAddress(text)) return undefined;
  return isRange(text) ? `"${text}" is a range: use inRange` : `"${text}" is not an IPv4 or IPv6 address`;
}

function test(operator: PositiveOperator, values: readonly Scalar[]): Test {
  if (operator === 'startsWith') return scalarTest(operator, values);
  const ranges = values.map((value) => rangeMatcher(String(value)));
  return (seen) => seen.addresses.some((address) => ranges.some((holds) => holds(address)));
}

export const ipAddress: Criterion = {
  field: 'ip.address',
  part: 'activity',
  operators: [...equality, ...presence, 'startsWith', 'inRange'],
  values: 'IPv4 or IPv6 addresses; CIDRs with inRange',
  check,
  read: (request) => known(canonicalAddress(request.context.ip)),
  test,
};
