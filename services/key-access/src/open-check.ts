// Whether a person may open a file now, and with which rights. Pure: the record and the time are arguments.
import type { FileRight, Principal, Protection } from '@gatehouse/contracts/label';
import type { TdfPolicy } from '@gatehouse/label/tdf-manifest';

export type Subject = {
  readonly user: string;
  readonly groups: readonly string[];
  readonly deviceTags: readonly string[];
  /** Whether more than one factor was used, and when (epoch milliseconds). */
  readonly strong: boolean;
  readonly authenticatedAt: number;
};

export type FileRecord = {
  readonly fileId: string;
  readonly app: string;
  readonly label: string;
  readonly fileName: string;
  readonly downloader: string;
  readonly protection: Protection;
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  /** Rights given to this very person for this file; expired ones left out. */
  readonly granted: readonly FileRight[];
};

export const denials = [
  'unknownFile',
  'revoked',
  'expired',
  'notPermitted',
  'deviceNotCompliant',
  'stepUpNeeded',
  'policy',
  'viewOnly',
] as const;
export type Denial = (typeof denials)[number];

export type OpenCheck =
  | { readonly type: 'allowed'; readonly rights: readonly FileRight[] }
  | { readonly type: 'denied'; readonly reason: Denial };

const stepUpFreshMs = 15 * 60_000;
const same = (a: string, b: string) => a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();

function names(principal: Principal, subject: Subject): boolean {
  switch (principal.type) {
    case 'anyUser':
      return true;
    case 'user':
      return same(principal.id, subject.user);
    case 'group':
      return subject.groups.some((group) => same(group, principal.id));
    case 'domain':
      return same(subject.user.slice(subject.user.lastIndexOf('@') + 1), principal.id) && subject.user.includes('@');
    default:
      return principal satisfies never;
  }
}

/** Every right that label and grants give together. */
export function rightsOf(record: FileRecord, subject: Subject): FileRight[] {
  const byLabel = record.protection.permissions.filter(({ principal }) => names(principal, subject));
  return [...new Set([...byLabel.flatMap(({ rights }) => rights), ...record.granted])];
}

/** Whether what the container itself demands is met as well: attributes we know, and its own list of people. */
function meetsPolicy(policy: TdfPolicy, record: FileRecord, subject: Subject, attribute: string): boolean {
  const attributes = policy.body.dataAttributes ?? [];
  const dissem = policy.body.dissem ?? [];
  const known = attributes.length > 0 && attributes.every((one) => one.attribute === attribute);
  return (
    policy.uuid === record.fileId && known && (dissem.length === 0 || dissem.some((user) => same(user, subject.user)))
  );
}

/**
 * Record, then person, then circumstances (SPEC section 6). `attribute` is the one this file must carry. The access
 * policies are asked by the caller afterwards.
 */
export function checkOpen(input: {
  readonly record: FileRecord | undefined;
  readonly policy: TdfPolicy;
  readonly subject: Subject;
  readonly attribute: string;
  readonly now: number;
}): OpenCheck {
  const { record, subject, now } = input;
  const denied = (reason: Denial): OpenCheck => ({ type: 'denied', reason });
  if (!record) return denied('unknownFile');
  if (record.revokedAt) return denied('revoked');
  if (record.expiresAt && record.expiresAt.getTime() <= now) return denied('expired');
  const rights = rightsOf(record, subject);
  if (rights.length === 0 || !meetsPolicy(input.policy, record, subject, input.attribute))
    return denied('notPermitted');
  if (record.protection.requireCompliantDevice && !subject.deviceTags.includes('compliant'))
    return denied('deviceNotCompliant');
  const fresh = subject.strong && now - subject.authenticatedAt < stepUpFreshMs;
  return record.protection.requireStepUp && !fresh ? denied('stepUpNeeded') : { type: 'allowed', rights };
}

/** Who has the key has every right, so only these get it; others see pages (guide: release rule). */
export function mayHoldKey(rights: readonly FileRight[]): boolean {
  return rights.some((right) => right === 'export' || right === 'edit' || right === 'owner');
}
