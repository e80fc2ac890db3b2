// The viewer's two cookies: signed-in, and one that ties a sign-in to the browser that began it.
import type { Request, Response } from 'express';

export type Cookie = {
  /** Undefined when the cookie is missing, or sent twice. */
  read(request: Request, origin: string): string | undefined;
  set(response: Response, origin: string, value: string, maxAgeMs: number): void;
};

function cookie(name: string): Cookie {
  // The prefix binds the cookie to this host; browsers take it over TLS only.
  const fullName = (origin: string) => (origin.startsWith('https:') ? `__Host-${name}` : name);
  return {
    read(request, origin) {
      const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
      const found = pairs.filter(([key]) => key === fullName(origin));
      return found.length === 1 && /^[A-Za-z0-9_-]{43}$/.test(found[0]?.[1] ?? '') ? found[0]?.[1] : undefined;
    },
    set(response, origin, value, maxAgeMs) {
      const secure = origin.startsWith('https:');
      response.cookie(fullName(origin), value, {
        httpOnly: true,
        sameSite: 'lax',
        secure,
        path: '/',
        maxAge: maxAgeMs,
      });
    },
  };
}

export const sessionCookie = cookie('gatehouse-keys');
export const signInCookie = cookie('gatehouse-keys-sign-in');
