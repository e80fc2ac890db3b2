// Signed ends of the chain. The chain alone cannot show that its tail was cut off together with the head record; a
// checkpoint kept elsewhere (each is also a log line) can.
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Checkpoint } from '@gatehouse/contracts/queries';
import type { DataSource, EntityManager } from 'typeorm';

/** A checkpoint after this many links, or after an hour with at least one. */
export const checkpointEvery = 1_000;
const checkpointEveryMs = 3_600_000;

export type CheckpointSigner = {
  readonly sign: (text: string) => string;
  readonly verify: (text: string, signature: string) => boolean;
};

/** @throws if the PEM is no Ed25519 private key. */
export function checkpointSigner(pem: string): CheckpointSigner {
  const key: KeyObject = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
  const publicKey = createPublicKey(key);
  return {
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), key).toString('base64url'),
    verify: (text, signature) =>
      verify(null, Buffer.from(text, 'utf8'), publicKey, Buffer.from(signature, 'base64url')),
  };
}

const signedText = ({ seq, hash, at }: Omit<Checkpoint, 'signature'>) =>
  `gatehouse-checkpoint:v1\n${seq}\n${hash}\n${at}`;

type Row = { seq: string; hash: string; at: Date; signature: string };

const checkpointOf = ({ at, ...rest }: Row): Checkpoint => ({ ...rest, at: at.toISOString() });

/** Writes a checkpoint if one is due; of several replicas one does. */
export function writeCheckpoint(
  dataSource: DataSource,
  signer: CheckpointSigner,
  now: Date,
): Promise<Checkpoint | undefined> {
  return dataSource.transaction(async (manager) => {
    await manager.query("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.checkpoint'))");
    const [head]: { seq: string; hash: string }[] = await manager.query(
      "SELECT seq, hash FROM chain_ends WHERE position = 'head'",
    );
    const [last]: Row[] = await manager.query('SELECT * FROM chain_checkpoints ORDER BY seq DESC LIMIT 1');
    const links = BigInt(head?.seq ?? 0) - BigInt(last?.seq ?? 0);
    const silent = last === undefined || now.getTime() - last.at.getTime() >= checkpointEveryMs;
    if (head === undefined || links <= 0n || (links < BigInt(checkpointEvery) && !silent)) return undefined;
    const unsigned = { seq: head.seq, hash: head.hash, at: now.toISOString() };
    const checkpoint = { ...unsigned, signature: signer.sign(signedText(unsigned)) };
    await manager.query('INSERT INTO chain_checkpoints (seq, hash, at, signature) VALUES ($1, $2, $3, $4)', [
      checkpoint.seq,
      checkpoint.hash,
      checkpoint.at,
      checkpoint.signature,
    ]);
    return checkpoint;
  });
}

export type CheckpointProblem = { readonly seq: string; readonly problem: 'signature' | 'checkpoint' };

async function problemOf(
  manager: EntityManager,
  checkpoint: Checkpoint,
  signer: CheckpointSigner,
): Promise<CheckpointProblem['problem'] | undefined> {
  if (!signer.verify(signedText(checkpoint), checkpoint.signature)) return 'signature';
  const [found]: { hash: string }[] = await manager.query(
    `SELECT hash FROM chain WHERE seq = $1
     UNION ALL SELECT hash FROM chain_ends WHERE position = 'anchor' AND seq = $1`,
    [checkpoint.seq],
  );
  if (found !== undefined) return found.hash === checkpoint.hash ? undefined : 'checkpoint';
  // Links before the anchor are past retention; one that the chain never reached was cut off.
  const [anchor]: { seq: string }[] = await manager.query("SELECT seq FROM chain_ends WHERE position = 'anchor'");
  return BigInt(checkpoint.seq) < BigInt(anchor?.seq ?? 0) ? undefined : 'checkpoint';
}

/** The first checkpoint, own or `given` from elsewhere, that the chain does not bear out; undefined: all hold. */
export async function verifyCheckpoints(
  dataSource: DataSource,
  signer: CheckpointSigner,
  given: readonly Checkpoint[],
): Promise<CheckpointProblem | undefined> {
  const own: Row[] = await dataSource.query('SELECT * FROM chain_checkpoints ORDER BY seq');
  for (const checkpoint of [...own.map(checkpointOf), ...given]) {
    const problem = await problemOf(dataSource.manager, checkpoint, signer);
    if (problem !== undefined) return { seq: checkpoint.seq, problem };
  }
  return undefined;
}
