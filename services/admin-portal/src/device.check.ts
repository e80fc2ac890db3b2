// What a device authority must be beyond its shape: SPEC section 12, "PEM with private key, not a CA, expired".
import type { DeviceAuthority } from '@gatehouse/contracts/device';
import { knownAuthorities, readAuthority } from '@gatehouse/facts/certificates/authority';
import { parseRange } from '@gatehouse/facts/ip-address';
import type { FieldError } from './problem.ts';

export async function checkDeviceAuthority(
  authority: DeviceAuthority,
  others: readonly DeviceAuthority[],
  now: number,
): Promise<FieldError[]> {
  const cidrs = authority.crlAllowPrivate.flatMap((cidr, at): FieldError[] =>
    parseRange(cidr) === undefined
      ? [{ field: `crlAllowPrivate[${at}]`, message: 'must be a CIDR, like 10.1.0.0/16' }]
      : [],
  );
  const problem = await certificateProblem(authority, others, now);
  return [...(problem === undefined ? [] : [{ field: 'certificate', message: problem }]), ...cidrs];
}

async function certificateProblem(
  authority: DeviceAuthority,
  others: readonly DeviceAuthority[],
  now: number,
): Promise<string | undefined> {
  const reading = await readAuthority(authority.certificate, now);
  if (reading.type === 'refused') return reading.problem;
  const known = await knownAuthorities(others.map((other) => ({ ...other, enabled: true })));
  const twin = known.find(({ certificate }) => certificate.thumbprint === reading.certificate.thumbprint);
  return twin && `is already there as "${twin.settings.name}"`;
}
