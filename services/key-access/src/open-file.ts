// One open of a protected file, whoever asks for it: the checks in their order, and the audit.
import type { FileRight } from '@gatehouse/contracts/label';
import { isBound } from '@gatehouse/label/tdf-integrity';
import { type KeyAccess, tdfPolicySchema } from '@gatehouse/label/tdf-manifest';
import { policyText } from '@gatehouse/label/tdf-read';
import type { AccessContext } from './access-policy.client.ts';
import type { KeyPair } from './key-pair.store.ts';
import { unwrapKey } from './key-wrap.ts';
import { checkOpen, type Denial, type FileRecord, mayHoldKey, type Subject } from './open-check.ts';
import type { OpenEntry } from './open-log.ts';
import { serverCrypto } from './server-crypto.ts';

export type OpenTools = {
  readonly pairs: () => readonly KeyPair[];
  readonly find: (fileId: string, user: string) => Promise<FileRecord | undefined>;
  /** Whether the access policies let this person into the file's app now. */
  readonly admits: (subject: Subject, record: FileRecord, context: AccessContext) => Promise<boolean>;
  /** Rejects when the audit cannot be written: then there is no key either. */
  readonly record: (entry: OpenEntry) => Promise<void>;
  readonly origin: string;
  readonly now: () => Date;
};

export type OpenRequest = {
  readonly access: KeyAccess;
  /** Base64, as the container carries it. */
  readonly policy: string;
  readonly subject: Subject;
  readonly context: AccessContext;
  /** `key` leaves this server, `pages` only rendered pages do. */
  readonly purpose: 'key' | 'pages';
};

export type OpenResult =
  | {
      readonly type: 'allowed';
      readonly key: Uint8Array;
      readonly rights: readonly FileRight[];
      readonly record: FileRecord;
    }
  | { readonly type: 'denied'; readonly reason: Denial; readonly fileId: string }
  /** One answer for a key that does not unwrap and a policy that is not bound: neither tells which. */
  | { readonly type: 'badRequest' };

function parsePolicy(policy: string) {
  try {
    return tdfPolicySchema.parse(JSON.parse(policyText(policy)));
  } catch {
    return undefined;
  }
}

/** Throws when a store or the audit fails: an open that is not recorded does not happen. */
export async function openFile(request: OpenRequest, tools: OpenTools): Promise<OpenResult> {
  const { access, policy, subject } = request;
  const key = unwrapKey(access, tools.pairs());
  const parsed = parsePolicy(policy);
  if (!key || !parsed || !(await isBound(serverCrypto, key, policy, access.policyBinding)))
    return { type: 'badRequest' };
  const fileId = parsed.uuid;
  const record = await tools.find(fileId, subject.user);
  const now = tools.now();
  const attribute = `${tools.origin}/attr/file/value/${fileId}`;
  const check = checkOpen({ record, policy: parsed, subject, attribute, now: now.getTime() });
  const reason = check.type === 'denied' ? check.reason : await denialAfter(request, record, check.rights, tools);
  await tools.record({ fileId, user: subject.user, allowed: reason === undefined, reason, at: now });
  if (reason !== undefined || !record || check.type === 'denied') {
    key.fill(0);
    return { type: 'denied', reason: reason ?? 'unknownFile', fileId };
  }
  return { type: 'allowed', key, rights: check.rights, record };
}

async function denialAfter(
  request: OpenRequest,
  record: FileRecord | undefined,
  rights: readonly FileRight[],
  tools: OpenTools,
): Promise<Denial | undefined> {
  if (!record || !(await tools.admits(request.subject, record, request.context))) return 'policy';
  return request.purpose === 'key' && !mayHoldKey(rights) ? 'viewOnly' : undefined;
}
