// The server's key pairs: private halves sealed at rest, old ones kept, as files that are out name them.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';

export type Algorithm = 'rsa:2048' | 'ec:secp256r1';
export type KeyPair = {
  readonly kid: string;
  readonly algorithm: Algorithm;
  readonly publicPem: string;
  readonly privateKey: KeyObject;
};
type Row = { kid: string; algorithm: Algorithm; public_pem: string; sealed: Buffer };

const sealKeyOf = (secret: string) => new Uint8Array(hkdfSync('sha256', secret, '', 'gatehouse key pairs v1', 32));

function seal(secret: string, kid: string, der: Buffer): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', sealKeyOf(secret), iv).setAAD(Buffer.from(kid));
  return Buffer.concat([iv, cipher.update(der), cipher.final(), cipher.getAuthTag()]);
}

function unseal(secret: string, row: Row): KeyPair {
  const decipher = createDecipheriv('aes-256-gcm', sealKeyOf(secret), row.sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(row.kid)).setAuthTag(row.sealed.subarray(-16));
  const der = Buffer.concat([decipher.update(row.sealed.subarray(12, -16)), decipher.final()]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return { kid: row.kid, algorithm: row.algorithm, publicPem: row.public_pem, privateKey };
}

function makePair(algorithm: Algorithm): { publicPem: string; der: Buffer } {
  const pair =
    algorithm === 'rsa:2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
  return { publicPem: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), der };
}

/** Makes a new pair of each kind that is wanted; files sealed from then on use it. */
export async function addKeyPair(
  manager: EntityManager | DataSource,
  secret: string,
  algorithm: Algorithm,
): Promise<void> {
  const { publicPem, der } = makePair(algorithm);
  const kid = `${algorithm.slice(0, algorithm.indexOf(':'))}-${createHash('sha256').update(publicPem).digest('hex').slice(0, 16)}`;
  await manager.query('INSERT INTO key_pairs (kid, algorithm, public_pem, sealed) VALUES ($1, $2, $3, $4)', [
    kid,
    algorithm,
    publicPem,
    seal(secret, kid, der),
  ]);
  der.fill(0);
}

/** All pairs, newest first; throws when the secret is not the one they were sealed with. The first start makes one each. */
export async function loadKeyPairs(source: DataSource, secret: string): Promise<KeyPair[]> {
  return source.transaction(async (manager) => {
    await manager.query("SELECT pg_advisory_xact_lock(hashtext('gatehouse:key-pairs'))");
    const select = () => manager.query('SELECT * FROM key_pairs ORDER BY created_at DESC, algorithm DESC');
    let rows: Row[] = await select();
    if (rows.length === 0) {
      await addKeyPair(manager, secret, 'rsa:2048');
      await addKeyPair(manager, secret, 'ec:secp256r1');
      rows = await select();
    }
    return rows.map((row) => unseal(secret, row));
  });
}
