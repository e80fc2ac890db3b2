// What the device check of a login found, and what still holds of it.
import { sessionCertificateSchema } from '@gatehouse/contracts/device';
import { certificateReasonSchema } from '@gatehouse/contracts/reason';
import { z } from 'zod';

export const deviceProofSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('valid'), certificate: sessionCertificateSchema, authority: z.string() }),
  z.object({ type: z.literal('refused'), reason: certificateReasonSchema, detail: z.string() }),
  /** The browser presented none. */
  z.object({ type: z.literal('none') }),
  /** There are no certificates without TLS. */
  z.object({ type: z.literal('plainHttp') }),
]);
export type DeviceProof = z.infer<typeof deviceProofSchema>;

export const certificateTag = 'validClientCertificate';

/** One clause for the log: why there is no tag; undefined where there is one, or nobody asked. */
export function causeOf(proof: DeviceProof | undefined): string | undefined {
  switch (proof?.type) {
    case undefined:
    case 'valid':
      return undefined;
    case 'refused':
      return `client certificate not accepted (${proof.reason}): ${proof.detail}`;
    case 'none':
      return 'no client certificate was presented';
    case 'plainHttp':
      return 'no client certificate can be checked over plain http';
  }
}
