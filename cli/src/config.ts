// Where the portal is and who asks: flags first, then GATEHOUSE_URL and GATEHOUSE_TOKEN.
import { CommandError } from './command-error.ts';

export type Connection = { readonly url: string; readonly token: string };

/** Throws a CommandError that names what is missing and how to give it. The token is never part of a message. */
export function connectionOf(flags: { readonly url?: string; readonly token?: string }): Connection {
  const url = flags.url ?? process.env.GATEHOUSE_URL;
  const token = flags.token ?? process.env.GATEHOUSE_TOKEN;
  if (!url) throw new CommandError('no portal given: set GATEHOUSE_URL, or add --url https://portal.example.com');
  if (!token)
    throw new CommandError('no token given: set GATEHOUSE_TOKEN to an API token of the portal (Settings, API tokens)');
  return { url: checkedUrl(url), token };
}

/** A token must not travel in the clear; on the own machine nobody listens. */
function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new CommandError(`GATEHOUSE_URL "${text}" is no URL: write https://portal.example.com`);
  const local = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost|.*\.localhost)$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && local)) {
    throw new CommandError(`GATEHOUSE_URL "${url.origin}" is not https: the token would travel in the clear`);
  }
  return url.origin;
}
