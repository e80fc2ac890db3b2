// A session whose certificate no longer holds goes on without its tag.
import type { Session } from '@gatehouse/contracts/session';
import type { Edge } from './edge.ts';
import type { LiveSession } from './session.client.ts';

const tag = 'validClientCertificate';

/** The session as it counts at this moment. */
export function standingSession(edge: Edge, live: LiveSession, now: number): LiveSession {
  const { certificate } = live.session;
  const lost = certificate && edge.devices.lost(certificate, now);
  return lost ? { ...live, session: withoutTag(live.session, lost.reason) } : live;
}

/** Whether the session began with a certificate that counts no longer. */
export const hasLostTag = ({ certificate, deviceTags }: Session): boolean =>
  certificate !== undefined && !deviceTags.includes(tag);

function withoutTag(session: Session, certificateReason: NonNullable<Session['certificateReason']>): Session {
  return { ...session, deviceTags: session.deviceTags.filter((each) => each !== tag), certificateReason };
}
