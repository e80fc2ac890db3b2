// The certificate class of the sign-in attacks: every way we know to get the tag without a managed device.
// A list, so that the tests can name each one and a script can count tried and accepted.
import type { RevocationState } from '@gatehouse/contracts/device';
import { knownAuthorities } from '@gatehouse/facts/certificates/authority';
import { readCertificate } from '@gatehouse/facts/certificates/certificate';
import { judgeDevice, standingAuthorities } from '@gatehouse/facts/certificates/judge';
import { readRevocationList } from '@gatehouse/facts/certificates/revocation-list';
import { standingOf } from '@gatehouse/facts/certificates/standing';
import {
  type Issued,
  issueCertificate,
  type ListOptions,
  makeAuthority,
  makeRevocationList,
  type TestAuthority,
} from '@gatehouse/testkit/certificates';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
} from '@peculiar/x509';

const day = 86_400_000;
const user = 'mia@acme.example';
const crlUrl = 'http://crl.acme.example/devices.crl';

type Shown = Pick<Issued, 'der'>;
type Settings = {
  readonly crlUrl?: string;
  readonly requireRevocationCheck?: boolean;
  readonly requireUserName?: boolean;
  readonly enabled?: boolean;
};
type Scene = {
  readonly shown: readonly Shown[];
  /** Authorities that the administrator uploaded. */
  readonly uploaded: readonly TestAuthority[];
  readonly settings?: Settings;
  /** What the endpoint of the first authority answers. */
  readonly list?: Uint8Array;
};
/** `tagged` is a break-in; everything else names the reason. */
export type AttackOutcome = 'tagged' | string;
export type Attack = {
  readonly name: string;
  readonly expected: string;
  readonly attempt: () => Promise<AttackOutcome>;
};

async function known({ uploaded, settings = {} }: Scene) {
  const defaults = { crlAllowPrivate: [], requireRevocationCheck: false, requireUserName: false, enabled: true };
  return knownAuthorities(
    uploaded.map(({ pem, name }, at) => ({ id: `a${at}`, name, certificate: pem, ...defaults, ...settings })),
  );
}

/** What would be published after the endpoint gave `list`. */
async function published(
  authority: TestAuthority | undefined,
  list: Uint8Array | undefined,
): Promise<Map<string, RevocationState>> {
  const facts = authority && (await readCertificate(authority.der));
  if (!facts || !list) return new Map();
  const reading = await readRevocationList(list, facts, Date.now());
  const checkedAt = new Date().toISOString();
  if (reading.type === 'refused') return new Map([[facts.thumbprint, { checkedAt, problem: reading.problem }]]);
  const { thisUpdate, nextUpdate, revoked } = reading.list;
  const dates = { thisUpdate: new Date(thisUpdate).toISOString(), nextUpdate: new Date(nextUpdate).toISOString() };
  return new Map([[facts.thumbprint, { checkedAt, list: { ...dates, revoked: [...revoked] } }]]);
}

async function judge(scene: Scene): Promise<AttackOutcome> {
  const judged = await judgeDevice(
    scene.shown.map(({ der }) => der),
    {
      authorities: await known(scene),
      revocations: await published(scene.uploaded[0], scene.list),
      now: Date.now(),
      user,
    },
  );
  return judged.type === 'valid' ? 'tagged' : judged.type === 'refused' ? judged.reason : 'none';
}

/** Judged while all is well, then looked at again as with each request of the session. */
async function later(before: Scene, after: Scene, now = Date.now()): Promise<AttackOutcome> {
  const authorities = await known(before);
  const revocations = await published(before.uploaded[0], before.list);
  const judged = await judgeDevice(
    before.shown.map(({ der }) => der),
    { authorities, revocations, now: Date.now(), user },
  );
  if (judged.type !== 'valid') throw new Error('the scene must begin well');
  const then = standingAuthorities(await known(after));
  return standingOf(judged.certificate, then, await published(after.uploaded[0], after.list), now)?.reason ?? 'tagged';
}

const root = () => makeAuthority('Acme devices');
const required = { crlUrl, requireRevocationCheck: true };
const inDays = (days: number) => new Date(Date.now() + days * day);

/** A certificate that is good but for the list its authority publishes. */
const withList =
  (bend: (authority: TestAuthority, leaf: Issued) => Promise<Uint8Array>, settings: Settings = required) =>
  async () => {
    const authority = await root();
    const leaf = await issueCertificate(authority);
    return judge({ shown: [leaf], uploaded: [authority], settings, list: await bend(authority, leaf) });
  };
const listOf = (options: ListOptions) => (authority: TestAuthority) => makeRevocationList(authority, options);

/** A good authority and a bad leaf. */
const leaf =
  (options: Parameters<typeof issueCertificate>[2], settings: Settings = {}) =>
  async () => {
    const authority = await root();
    return judge({ shown: [await issueCertificate(authority, 'x', options)], uploaded: [authority], settings });
  };

/** A known root, a bad intermediate that the browser sends along, a good leaf. */
const middle = (options: Omit<NonNullable<Parameters<typeof makeAuthority>[1]>, 'issuer'>) => async () => {
  const top = await root();
  const between = await makeAuthority('Middle', { ...options, issuer: top });
  return judge({ shown: [await issueCertificate(between), between], uploaded: [top] });
};

const bytesOf = (shown: Shown, change: (bytes: Buffer) => Buffer): Shown => ({
  der: Uint8Array.from(change(Buffer.from(shown.der))),
});
/** Extensions of a list in DER: delta indicator (to base 1), and distribution point with "only user certificates". */
const delta = Buffer.from('300d0603551d1b0101ff0403020101', 'hex');
const partition = Buffer.from('300f0603551d1c0101ff040530038101ff', 'hex');
const unknownCritical = new Extension('1.2.3.4', true, Uint8Array.from([5, 0]));

export const honestCertificate = leaf({});

export const certificateAttacks: readonly Attack[] = [
  { name: 'expired', expected: 'CERT_EXPIRED', attempt: leaf({ notBefore: inDays(-9), notAfter: inDays(-1) }) },
  { name: 'not yet valid', expected: 'CERT_NOT_YET_VALID', attempt: leaf({ notBefore: inDays(1) }) },
  {
    name: 'wrong authority',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const shown = [await issueCertificate(await makeAuthority('Someone else'))];
      return judge({ shown, uploaded: [await root()] });
    },
  },
  {
    name: 'another authority of the same name',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const forged = await root();
      return judge({ shown: [await issueCertificate(forged), forged], uploaded: [await root()] });
    },
  },
  {
    name: 'self-signed with the name of the authority',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const usages = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign;
      const extensions = [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])];
      const self = await makeAuthority('Acme devices', { isAuthority: false, usages, extensions });
      return judge({ shown: [self], uploaded: [await root()] });
    },
  },
  {
    name: 'missing intermediate',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const top = await root();
      const between = await makeAuthority('Middle', { issuer: top });
      return judge({ shown: [await issueCertificate(between)], uploaded: [top] });
    },
  },
  {
    name: 'a chain longer than the path length allows',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const top = await makeAuthority('Acme devices', { pathLength: 0 });
      const between = await makeAuthority('Middle', { issuer: top });
      return judge({ shown: [await issueCertificate(between), between], uploaded: [top] });
    },
  },
  {
    name: 'server authentication only',
    expected: 'CERT_UNTRUSTED',
    attempt: leaf({ purposes: [ExtendedKeyUsage.serverAuth] }),
  },
  { name: 'no extended key usage', expected: 'CERT_UNTRUSTED', attempt: leaf({ purposes: [] }) },
  {
    name: 'key usage without signatures',
    expected: 'CERT_UNTRUSTED',
    attempt: leaf({ usages: KeyUsageFlags.keyEncipherment }),
  },
  {
    name: 'a device certificate that says it is an authority',
    expected: 'CERT_UNTRUSTED',
    attempt: leaf({ isAuthority: true }),
  },
  {
    name: 'a critical extension nobody knows',
    expected: 'CERT_UNTRUSTED',
    attempt: leaf({ extensions: [unknownCritical] }),
  },
  {
    name: 'one extension twice',
    expected: 'CERT_UNTRUSTED',
    attempt: leaf({ extensions: [new BasicConstraintsExtension(false, undefined, true)] }),
  },
  {
    name: "another user's",
    expected: 'CERT_UNTRUSTED',
    attempt: leaf({ email: 'max@acme.example' }, { requireUserName: true }),
  },
  { name: 'a certificate that names nobody', expected: 'CERT_UNTRUSTED', attempt: leaf({}, { requireUserName: true }) },
  {
    name: 'the certificate of the authority itself',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const authority = await root();
      return judge({ shown: [authority], uploaded: [authority] });
    },
  },
  {
    name: 'issued by a device',
    expected: 'CERT_UNTRUSTED',
    attempt: middle({ isAuthority: false, usages: KeyUsageFlags.digitalSignature }),
  },
  {
    name: 'issued by an authority that may not sign certificates',
    expected: 'CERT_UNTRUSTED',
    attempt: middle({ usages: KeyUsageFlags.cRLSign }),
  },
  {
    name: 'issued by an authority for servers',
    expected: 'CERT_UNTRUSTED',
    attempt: middle({ extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth])] }),
  },
  { name: 'issued by an expired intermediate', expected: 'CERT_EXPIRED', attempt: middle({ notAfter: inDays(-1) }) },
  {
    name: 'issued by an intermediate with an unknown critical extension',
    expected: 'CERT_UNTRUSTED',
    attempt: middle({ extensions: [unknownCritical] }),
  },
  {
    name: 'signature changed',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const authority = await root();
      const shown = bytesOf(await issueCertificate(authority), (bytes) => {
        bytes[bytes.length - 1]! ^= 1;
        return bytes;
      });
      return judge({ shown: [shown], uploaded: [authority] });
    },
  },
  {
    name: 'serial changed to one that is not revoked',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const authority = await root();
      const good = await issueCertificate(authority);
      const serial = Buffer.from(good.serial.padStart(32, '0'), 'hex');
      const shown = bytesOf(good, (bytes) => {
        bytes[bytes.indexOf(serial) + 15]! ^= 1;
        return bytes;
      });
      const list = await makeRevocationList(authority, { revoked: [good.serial] });
      return judge({ shown: [shown], uploaded: [authority], settings: required, list });
    },
  },
  {
    name: 'bytes after the end',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const authority = await root();
      const shown = bytesOf(await issueCertificate(authority), (bytes) => Buffer.concat([bytes, Buffer.from([0])]));
      return judge({ shown: [shown], uploaded: [authority] });
    },
  },
  {
    name: 'no certificate at all, only noise',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => judge({ shown: [{ der: new Uint8Array(2000).fill(0x30) }], uploaded: [await root()] }),
  },
  {
    name: 'a pile of look-alike issuers',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const pile = await Promise.all(Array.from({ length: 7 }, () => makeAuthority('Pile')));
      return judge({ shown: [await issueCertificate(await makeAuthority('Pile')), ...pile], uploaded: [await root()] });
    },
  },
  {
    name: 'revoked, at a new sign-in',
    expected: 'CERT_REVOKED',
    attempt: withList((authority, { serial }) => makeRevocationList(authority, { revoked: [serial] })),
  },
  {
    name: 'revoked, where the check is not required',
    expected: 'CERT_REVOKED',
    attempt: withList((authority, { serial }) => makeRevocationList(authority, { revoked: [serial] }), { crlUrl }),
  },
  {
    name: 'revoked while the session lives (kept-alive, resumed and coalesced connections included)',
    expected: 'CERT_REVOKED',
    attempt: async () => {
      const authority = await root();
      const good = await issueCertificate(authority);
      const scene = { shown: [good], uploaded: [authority], settings: required };
      const list = await makeRevocationList(authority, { revoked: [good.serial] });
      return later({ ...scene, list: await makeRevocationList(authority) }, { ...scene, list });
    },
  },
  {
    name: 'its intermediate revoked',
    expected: 'CERT_REVOKED',
    attempt: async () => {
      const top = await root();
      const between = await makeAuthority('Middle', { issuer: top });
      const list = await makeRevocationList(top, { revoked: [between.serial] });
      return judge({ shown: [await issueCertificate(between), between], uploaded: [top], settings: { crlUrl }, list });
    },
  },
  {
    name: 'an intermediate whose own list nobody has, where the check is required',
    expected: 'CERT_NO_CRL',
    attempt: async () => {
      const top = await root();
      const between = await makeAuthority('Middle', { issuer: top });
      const scene = { uploaded: [top], settings: required, list: await makeRevocationList(top) };
      return judge({ ...scene, shown: [await issueCertificate(between), between] });
    },
  },
  {
    name: 'forged list',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: withList(async (authority) => makeRevocationList(authority, { signer: await root() })),
  },
  {
    name: 'list of another authority',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: withList(async () => makeRevocationList(await makeAuthority('Someone else'))),
  },
  {
    name: 'expired list',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: withList(listOf({ thisUpdate: inDays(-9), nextUpdate: inDays(-1) })),
  },
  {
    name: 'list of the future',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: withList(listOf({ thisUpdate: inDays(1) })),
  },
  {
    name: 'delta list shown as a whole one',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: withList(listOf({ extensions: [delta] })),
  },
  {
    name: 'part of a list shown as a whole one',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: withList(listOf({ extensions: [partition] })),
  },
  {
    name: 'list cut short',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: withList(async (authority) => (await makeRevocationList(authority)).subarray(0, -1)),
  },
  {
    name: 'list signed by an authority that may not',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: async () => {
      const authority = await makeAuthority('Acme devices', { usages: KeyUsageFlags.keyCertSign });
      const list = await makeRevocationList(authority);
      return judge({ shown: [await issueCertificate(authority)], uploaded: [authority], settings: required, list });
    },
  },
  {
    name: 'no list arrived',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: async () => {
      const authority = await root();
      return judge({ shown: [await issueCertificate(authority)], uploaded: [authority], settings: required });
    },
  },
  {
    // There is no OCSP here: an authority that offers nothing else cannot satisfy a required check.
    name: 'OCSP only, its answer unknown or stale',
    expected: 'CERT_NO_CRL',
    attempt: leaf({}, { requireRevocationCheck: true }),
  },
  {
    name: 'list runs out while the session lives',
    expected: 'CERT_CRL_UNAVAILABLE',
    attempt: async () => {
      const authority = await root();
      const list = await makeRevocationList(authority, { nextUpdate: inDays(1) });
      const scene = { shown: [await issueCertificate(authority)], uploaded: [authority], settings: required, list };
      return later(scene, scene, Date.now() + 2 * day);
    },
  },
  {
    name: 'certificate expires while the session lives',
    expected: 'CERT_EXPIRED',
    attempt: async () => {
      const authority = await root();
      const scene = { shown: [await issueCertificate(authority, 'x', { notAfter: inDays(1) })], uploaded: [authority] };
      return later(scene, scene, Date.now() + 2 * day);
    },
  },
  {
    name: 'authority removed while the session lives',
    expected: 'CERT_UNTRUSTED',
    attempt: async () => {
      const authority = await root();
      const scene = { shown: [await issueCertificate(authority)], uploaded: [authority] };
      return later(scene, { ...scene, uploaded: [await root()] });
    },
  },
  {
    name: 'authority switched off',
    expected: 'CERT_UNTRUSTED',
    attempt: leaf({}, { enabled: false }),
  },
];
