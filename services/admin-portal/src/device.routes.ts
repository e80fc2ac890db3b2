// Devices: the state of revocation lists, and whether a certificate would make a device a managed one.
import { type RevocationState, revocationProblems, revocationsBucket } from '@gatehouse/contracts/device';
import { certificateReasonSchema } from '@gatehouse/contracts/reason';
import { knownAuthorities } from '@gatehouse/facts/certificates/authority';
import { certificatesInPem, readCertificate } from '@gatehouse/facts/certificates/certificate';
import { judgeDevice, type KnownAuthority } from '@gatehouse/facts/certificates/judge';
import { z } from 'zod';
import { listObjects } from './object.store.ts';
import type { Portal } from './portal.ts';
import { Problem } from './problem.ts';
import { route } from './route.ts';

const stateSchema = z.object({
  id: z.string(),
  /** Of the authority's certificate. */
  subject: z.string(),
  notAfter: z.iso.datetime(),
  crl: z.object({
    state: z.enum(['none', 'waiting', 'current', 'expired']),
    checkedAt: z.iso.datetime().optional(),
    thisUpdate: z.iso.datetime().optional(),
    nextUpdate: z.iso.datetime().optional(),
    revoked: z.number().int().optional(),
    problem: z.enum(revocationProblems).optional(),
  }),
});
export type AuthorityState = z.infer<typeof stateSchema>;

type Read = { readonly authorities: readonly KnownAuthority[]; readonly revocations: Map<string, RevocationState> };

async function readAll({ db, messaging }: Portal): Promise<Read> {
  const stored = (await listObjects(db, 'device-authorities')).map(({ value }) => value);
  const authorities = await knownAuthorities(stored.map((one) => ({ ...one, enabled: true })));
  const bucket = await messaging.bucket(revocationsBucket);
  const revocations = new Map<string, RevocationState>();
  for (const { certificate } of authorities) {
    const state = await bucket.get(certificate.thumbprint);
    if (state) revocations.set(certificate.thumbprint, state);
  }
  return { authorities, revocations };
}

function stateOf(
  { settings, certificate }: KnownAuthority,
  known: RevocationState | undefined,
  now: number,
): AuthorityState {
  const list = known?.list;
  const state = list ? (Date.parse(list.nextUpdate) > now ? 'current' : 'expired') : 'waiting';
  return {
    id: settings.id,
    subject: certificate.subjectText,
    notAfter: new Date(certificate.notAfter).toISOString(),
    crl: {
      state: settings.crlUrl === undefined ? 'none' : state,
      ...(known ? { checkedAt: known.checkedAt } : {}),
      ...(known?.problem ? { problem: known.problem } : {}),
      ...(list ? { thisUpdate: list.thisUpdate, nextUpdate: list.nextUpdate, revoked: list.revoked.length } : {}),
    },
  };
}

/** One line for the health screen; throws where devices count as unmanaged because a list is missing. */
export async function revocationLists(portal: Portal): Promise<string> {
  const { authorities, revocations } = await readAll(portal);
  const required = authorities.filter(({ settings }) => settings.enabled && settings.requireRevocationCheck);
  const now = Date.now();
  const lines = required.map((one) => {
    const { crl } = stateOf(one, revocations.get(one.certificate.thumbprint), now);
    if (crl.state !== 'current') throw new Error(`"${one.settings.name}" has no current revocation list`);
    const hours = Math.floor((Date.parse(crl.nextUpdate ?? '') - now) / 3600_000);
    return `"${one.settings.name}" ends in ${hours} h`;
  });
  return lines.length === 0 ? 'none is required' : lines.join(', ');
}

const states = route(
  {
    method: 'get',
    path: '/device-authority-states',
    summary: 'Certificate dates and revocation lists of all device authorities',
    role: 'reader',
    output: z.object({ states: z.array(stateSchema) }),
  },
  async ({ portal }) => {
    const { authorities, revocations } = await readAll(portal);
    const now = Date.now();
    const of = (one: KnownAuthority) => stateOf(one, revocations.get(one.certificate.thumbprint), now);
    return { body: { states: authorities.map(of) } };
  },
);

const check = route(
  {
    method: 'post',
    path: '/device-authorities/check',
    summary: 'Would this client certificate give the tag validClientCertificate, and if not, why?',
    role: 'reader',
    body: z.strictObject({ certificate: z.string().max(131_072), user: z.string().max(320).optional() }),
    output: z.object({
      tagged: z.boolean(),
      subject: z.string(),
      serial: z.string(),
      authority: z.string().optional(),
      reason: certificateReasonSchema.optional(),
      detail: z.string().optional(),
    }),
  },
  async ({ portal, body }) => {
    const presented = presentedIn(body.certificate);
    const leaf = await readCertificate(presented[0] ?? new Uint8Array());
    if (!leaf) throw refused('cannot be read as an X.509 version 3 certificate');
    const { authorities, revocations } = await readAll(portal);
    const enabled = authorities.filter(({ settings }) => settings.enabled);
    const options = { authorities: enabled, revocations, now: Date.now(), user: body.user || undefined };
    const judged = await judgeDevice(presented, options);
    const about = { subject: leaf.subjectText, serial: leaf.serial };
    if (judged.type === 'valid') return { body: { tagged: true, ...about, authority: judged.authority } };
    const why = judged.type === 'refused' ? { reason: judged.reason, detail: judged.detail } : {};
    return { body: { tagged: false, ...about, ...why } };
  },
);

/** The certificate is enough: its key stays with the device, and one that is sent is refused unread. */
function presentedIn(pem: string): Uint8Array[] {
  if (/PRIVATE KEY-----/.test(pem)) throw refused('contains a private key: upload the certificate alone');
  const presented = certificatesInPem(pem);
  if (!presented || presented.length === 0) throw refused('must be a certificate in PEM');
  return presented;
}

const refused = (message: string) => new Problem('INVALID', { errors: [{ field: 'certificate', message }] });

export const deviceRoutes = [states, check];
