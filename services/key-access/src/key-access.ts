// The running key access server: stores, key pairs and rules, put together once.
import { fileProtected } from '@gatehouse/contracts/files';
import {
  accessRequestDecide,
  accessRequestList,
  fileList,
  fileRevoke,
  keyCurrent,
} from '@gatehouse/contracts/protected-file';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { startRelay } from '@gatehouse/postgres/outbox';
import type { Log } from '@gatehouse/service-kit/tokens';
import type { JWTVerifyGetKey } from 'jose';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { AccessPolicies } from './access-policy.client.ts';
import { FileStore } from './file.store.ts';
import { type KeyPair, loadKeyPairs } from './key-pair.store.ts';
import type { OpenTools } from './open-file.ts';
import { OpenLog } from './open-log.ts';
import { ProofStore } from './proof.store.ts';
import type { RewrapTools } from './rewrap.ts';
import { ViewStore } from './view.store.ts';
import { ViewerSessionStore } from './viewer-session.store.ts';

/** Files open for viewing at once; each has a thread of its own. */
const maxViews = 8;

export const KEY_ACCESS = Symbol('KEY_ACCESS');

export type KeyAccessOptions = {
  readonly source: DataSource;
  readonly messaging: Pick<Messaging, 'serve' | 'consume' | 'publish'>;
  readonly policies: AccessPolicies;
  readonly log: Log;
  readonly origin: string;
  readonly sealSecret: string | undefined;
  readonly tokens: { readonly issuer: string; readonly audience: string; readonly keys: JWTVerifyGetKey } | undefined;
  readonly interopClients: readonly string[];
  readonly now?: () => Date;
};

export type KeyAccess = {
  readonly files: FileStore;
  readonly sessions: ViewerSessionStore;
  readonly views: ViewStore;
  readonly origin: string;
  currentKey(): z.output<(typeof keyCurrent)['output']> | undefined;
  openTools(): OpenTools | undefined;
  rewrapTools(): RewrapTools | undefined;
  stop(): Promise<void>;
};

/** Without a seal secret there are no keys: everything is refused, and the labeler protects nothing. */
export async function startKeyAccess(options: KeyAccessOptions): Promise<KeyAccess> {
  const { source, messaging, origin, sealSecret } = options;
  const files = new FileStore(source);
  const log = new OpenLog(source);
  const proofs = new ProofStore(source);
  const views = new ViewStore(maxViews);
  const pairs: readonly KeyPair[] = sealSecret ? await loadKeyPairs(source, sealSecret) : [];
  const current = pairs.find(({ algorithm }) => algorithm === 'rsa:2048');
  const currentKey: KeyAccess['currentKey'] = () =>
    current && {
      kid: current.kid,
      algorithm: current.algorithm,
      pem: current.publicPem,
      url: origin,
      viewerUrl: `${origin}/open`,
    };
  const tools: OpenTools | undefined = current && {
    pairs: () => pairs,
    find: (fileId, user) => files.find(fileId, user),
    admits: (subject, record, context) => options.policies.admits(subject, record, context),
    record: (entry) => log.append(entry),
    origin,
    now: options.now ?? (() => new Date()),
  };
  const { tokens, interopClients } = options;
  const rules = tokens && {
    ...tokens,
    interopClients,
    firstUse: (id: string, until: Date) => proofs.firstUse(id, until),
  };
  const relay = startRelay(source, messaging, options.log);
  await messaging.consume(fileProtected, 'key-access', (event) => files.register(event));
  serve(messaging, files, currentKey);
  return {
    files,
    sessions: new ViewerSessionStore(source),
    views,
    origin,
    currentKey,
    openTools: () => tools,
    rewrapTools: () => (tools && rules ? { ...tools, rules } : undefined),
    async stop() {
      views.stop();
      proofs.stop();
      await relay.stop();
    },
  };
}

function serve(messaging: Pick<Messaging, 'serve'>, files: FileStore, currentKey: KeyAccess['currentKey']): void {
  messaging.serve(keyCurrent, async () => {
    const key = currentKey();
    if (!key) throw new Error('no key pairs: KEYS_SEAL_SECRET is not set');
    return key;
  });
  messaging.serve(fileList, (input) => files.list(input));
  messaging.serve(fileRevoke, async (input) => ({ revoked: await files.revoke(input) }));
  messaging.serve(accessRequestList, (input) => files.requests(input));
  messaging.serve(accessRequestDecide, (input) => files.decide(input));
}
