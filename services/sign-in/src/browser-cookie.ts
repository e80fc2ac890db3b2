// Cookies of the login host. `__Host-` binds each to this host, so no app host can plant one.
import type { Request, Response } from 'express';

const flowPrefix = '__Host-gatehouse-flow-';
const loginName = '__Host-gatehouse-login';
const mostFlows = 8;

/** Value of a cookie sent exactly once; a name sent twice is undefined, since one of the two may be planted. */
export function readCookie(request: Request, name: string): string | undefined {
  const values = pairs(request).filter(([each]) => each === name);
  return values.length === 1 ? values[0]![1] : undefined;
}

export function flowCookieName(state: string): string {
  return flowPrefix + state.slice(0, 8).replaceAll(/[^A-Za-z0-9_-]/g, '');
}

export function readFlowCookie(request: Request, state: string): string | undefined {
  return readCookie(request, flowCookieName(state));
}

/** Binds one flow to this browser; beyond eight open flows the others are given up. */
export function setFlowCookie(
  request: Request,
  response: Response,
  state: string,
  value: string,
  sameSite: 'Lax' | 'None' = 'Lax',
): void {
  const open = pairs(request)
    .map(([name]) => name)
    .filter((name) => name.startsWith(flowPrefix) && /^[\w-]+$/.test(name));
  if (open.length >= mostFlows) for (const name of new Set(open)) append(response, name, '', 0);
  append(response, flowCookieName(state), value, 900, sameSite);
}

export function clearFlowCookie(response: Response, state: string): void {
  append(response, flowCookieName(state), '', 0);
}

export function readLoginCookie(request: Request): string | undefined {
  return readCookie(request, loginName);
}

export function setLoginCookie(response: Response, value: string, seconds: number): void {
  append(response, loginName, value, seconds);
}

function append(
  response: Response,
  name: string,
  value: string,
  seconds: number,
  sameSite: 'Lax' | 'None' = 'Lax',
): void {
  // Lax: the way back from the identity provider is a cross-site top-level GET. None: with SAML it is a POST.
  response.append('set-cookie', `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=${sameSite}; Max-Age=${seconds}`);
}

function pairs(request: Request): [string, string][] {
  return (request.headers.cookie ?? '').split(';').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at < 0 ? [] : [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]];
  });
}
