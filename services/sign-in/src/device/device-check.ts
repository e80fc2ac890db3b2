// Whether a login has to show the device's certificate first, and the way to the host that asks for it.
import { needsCertificate } from '@gatehouse/policy/certificate-need';
import { setFlowCookie } from '../browser-cookie.ts';
import type { Identity } from '../identity.ts';
import { hop } from '../pages/hop-page.ts';
import type { SignIn } from '../sign-in.ts';
import type { Visit } from '../visit.ts';
import type { PendingCheck } from './device-check.store.ts';
import type { DeviceProof } from './proof.ts';

/**
 * The identity to go on with, or undefined after the browser was sent to the device host. Asked once per login, only
 * while an authority is known and a policy in force could decide otherwise with the tag.
 */
export async function checkDevice(
  signIn: SignIn,
  visit: Visit,
  login: { readonly identity: Identity; readonly app: string; readonly pending: PendingCheck },
): Promise<Identity | undefined> {
  const { identity, app, pending } = login;
  if (identity.device || !(await isNeeded(signIn, visit, identity, app))) return identity;
  if (!visit.origin.startsWith('https:')) return { ...identity, device: { type: 'plainHttp' } };
  await sendToDeviceHost(signIn, visit, pending);
  return undefined;
}

async function isNeeded(signIn: SignIn, visit: Visit, identity: Identity, app: string): Promise<boolean> {
  if ((await signIn.devices.authorities(visit.catalogue)).length === 0) return false;
  const policies = signIn.snapshot.policies(visit.now);
  // Without policies at hand nobody knows: asking is the side on which nobody is blocked for nothing.
  return policies === undefined || needsCertificate(policies, app, identity.deviceTags);
}

/** By a plain redirect: the device host has no page of its own and sends the browser straight back. */
export async function sendToDeviceHost(signIn: SignIn, visit: Visit, pending: PendingCheck): Promise<void> {
  const { id, cookie } = await signIn.deviceChecks.begin(pending, visit.now);
  setFlowCookie(visit.request, visit.response, id, cookie);
  const { organisation } = visit.catalogue.settings;
  hop(visit.request, visit.response, { to: `${deviceOrigin(signIn, visit)}/check?id=${id}`, organisation });
}

function deviceOrigin(signIn: SignIn, visit: Visit): string {
  const { protocol, port } = new URL(visit.origin);
  return `${protocol}//device.${signIn.suffix}${port ? `:${port}` : ''}`;
}

/** The waiting login with what was found. */
export function withProof(identity: Identity, proof: DeviceProof): Identity {
  return { ...identity, device: proof };
}
