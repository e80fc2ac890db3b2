// Rewrites catalogued origins in text bodies, on a latin1 view of the bytes, whole or in chunks.
import { defaultPort, type HostCodec } from './host-codec.ts';
import { type Direction, mapScheme, type OriginPair, originPairs, samePlace } from './origin-map.ts';

export type BodyStream = {
  /** Takes the next chunk (latin1), gives back what is certain by now. */
  push(chunk: string): string;
  end(): string;
};

export type BodyRewriter = {
  rewriteToPublic(text: string): string;
  rewriteToReal(text: string): string;
  /** Any chunking gives the result of the whole text. */
  createStream(direction: Direction): BodyStream;
};

/** Longest carried tail: a scheme (≤ 48), a host with every dot escaped twice (≤ 505), a port (≤ 16). */
const carryLimit = 600;
/** Raw characters kept before the carry, for boundaries and schemes on the left. */
const contextLength = 64;

const colon = String.raw`(?::|%(?:25){0,3}3A|\\{1,2}(?:u00|x)3A)`;
const slash = String.raw`(?:\\{0,3}\/|%(?:25){0,3}2F|\\{1,2}(?:u00|x)2F)`;
const schemeBefore = new RegExp(`(?:(https?|wss?)(${colon}))?(${slash})${slash}$`, 'i');
const portAfter = new RegExp(`(${colon})(\\d{1,5})(?!\\d)`, 'iy');

// Escapes that end in letters or digits are boundaries (%2F, \u0022, \n); those of `.`, `-`, `@` are not.
const escapeTail = /(?:%(?:25)*|\\x|\\u00)(?:2[0-9a-cf]|3[a-f]|5[b-f]|60|7[b-f]|0[9ad])$|\\[nrtbf]$/i;
const labelBefore = /[A-Za-z0-9_-]\\{0,2}\.$/;

const isHostCharacter = (code: number) =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45;

const leftBoundary = (text: string, at: number): boolean => {
  if (at === 0) return true;
  const code = text.charCodeAt(at - 1);
  if (code === 64) return false; // `@`: an e-mail address or userinfo
  if (isHostCharacter(code)) return escapeTail.test(text.slice(Math.max(0, at - 16), at));
  return code !== 46 || !labelBefore.test(text.slice(Math.max(0, at - 4), at));
};

type Match = { readonly start: number; readonly end: number; readonly text: string };

/** The spelling nearly every page uses, `http://h:9101`, and what becomes of it. */
type Plain = { readonly before: string; readonly after: string; readonly text: string };
type Target = { readonly pair: OriginPair; readonly plain: Plain };
type Table = { readonly pattern: RegExp; readonly targets: ReadonlyMap<string, Target> };

const compile = (codec: HostCodec, direction: Direction): Table => {
  const pairs = originPairs(codec, direction);
  const hosts = [...pairs.keys()].sort((a, b) => b.length - a.length);
  // Dots may be escaped as in regular expressions, once (literal) or twice (inside a string).
  const literals = hosts.map((host) => host.replaceAll('.', String.raw`\\{0,2}\.`));
  const right = String.raw`(?![A-Za-z0-9-]|\\{0,2}\.[A-Za-z0-9])`;
  const targets = new Map([...pairs].map(([host, pair]) => [host, { pair, plain: plainOf(pair) }]));
  return { pattern: new RegExp(`(?:${literals.join('|')})${right}`, 'gi'), targets };
};

const plainOf = (pair: OriginPair): Plain => {
  const { scheme, host, port } = pair.from;
  const [before, after] = [`${scheme}://`, port === undefined ? '' : `:${port}`];
  const match = matchAt(before + host + after, before.length, host, pair);
  return { before, after, text: match?.text ?? before + host + after };
};

/** {@link matchAt} for the plain spelling without its expressions; undefined for any other one. */
const matchPlain = (text: string, at: number, host: string, { before, after, text: mapped }: Plain) => {
  if (!text.startsWith(before, at - before.length) || !text.startsWith(after, at + host.length)) return undefined;
  const end = at + host.length + after.length;
  const next = text.charCodeAt(end);
  // Another digit makes it another port; `:`, `%3A` and `\u003a` may begin one where none is expected.
  const goesOn = after === '' ? next === 58 || next === 37 || next === 92 : next >= 48 && next <= 57;
  return goesOn ? undefined : { start: at - before.length, end, text: mapped };
};

const findMatch = (text: string, at: number, written: string, targets: Table['targets']): Match | undefined => {
  const exact = targets.get(written);
  const plain = exact && matchPlain(text, at, written, exact.plain);
  if (plain) return plain;
  const target = exact ?? targets.get(written.replaceAll('\\', '').toLowerCase());
  return target && leftBoundary(text, at) ? matchAt(text, at, written, target.pair) : undefined;
};

/** The suffix added to, or taken from, the host as written: case and escaping of the rest stay. */
const mapHost = (written: string, pair: OriginPair): string => {
  const dot = /\\*\./.exec(written)?.[0] ?? '.';
  const escapes = dot.length - 1;
  const { from, to } = pair;
  if (to.host.startsWith(from.host)) return written + to.host.slice(from.host.length).replaceAll('.', dot);
  const tail = from.host.slice(to.host.length);
  const dots = tail.split('.').length - 1;
  return written.slice(0, written.length - tail.length - dots * escapes);
};

const colonLike = (slashes: string): string =>
  slashes.startsWith('%') || /^\\+[ux]/i.test(slashes) ? `${slashes.slice(0, -2)}3A` : ':';

/** Decides one host occurrence; undefined where the text means another origin. */
const matchAt = (text: string, at: number, written: string, pair: OriginPair): Match | undefined => {
  const before = schemeBefore.exec(text.slice(Math.max(0, at - 48), at));
  const scheme = before?.[1];
  portAfter.lastIndex = at + written.length;
  const after = portAfter.exec(text);
  const port = after ? Number(after[2]) : undefined;
  if ((before || after) && !samePlace(pair.from, scheme, port)) return undefined;
  const host = mapHost(written, pair);
  const end = at + written.length + (after?.[0].length ?? 0);
  if (!before) {
    // A bare `h` may be a host name, so it gets no port; `h:443` has one, so it keeps one.
    const mapped = after ? `${after[1]}${pair.to.port ?? defaultPort(pair.to.scheme)}` : '';
    return { start: at, end, text: host + mapped };
  }
  const sign = after?.[1] ?? before[2] ?? colonLike(before[3] ?? '/');
  const mappedPort = pair.to.port === undefined ? '' : `${sign}${pair.to.port}`;
  if (scheme === undefined) return { start: at, end, text: host + mappedPort };
  const start = at - before[0].length;
  return { start, end, text: mapScheme(pair, scheme) + before[0].slice(scheme.length) + host + mappedPort };
};

/** Rewrites `text` from `from`; matches that start at `limit` or later stay. Gives the output and how far it reaches. */
const rewriteSpan = (table: Table, text: string, from: number, limit: number): { out: string; reached: number } => {
  const { pattern, targets } = table;
  const parts: string[] = [];
  let done = from;
  pattern.lastIndex = from;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const match = findMatch(text, found.index, found[0], targets);
    if (!match) continue;
    if (match.start >= limit) break;
    parts.push(text.slice(done, match.start), match.text);
    done = match.end;
    pattern.lastIndex = match.end;
  }
  const reached = Math.max(done, limit);
  parts.push(text.slice(done, reached));
  let out = '';
  for (const part of parts) out += part;
  return { out, reached };
};

/** Letters, digits and `-.\\%:/`. */
const isRunCharacter = (code: number) =>
  isHostCharacter(code) || code === 46 || code === 92 || code === 37 || code === 58 || code === 47;

/** Where the trailing run of characters begins that a match, or what decides one, can consist of. */
const runStart = (text: string): number => {
  const floor = Math.max(0, text.length - carryLimit);
  let at = text.length;
  while (at > floor && isRunCharacter(text.charCodeAt(at - 1))) at -= 1;
  return at;
};

const createStream = (table: Table): BodyStream => {
  let text = '';
  let done = 0;
  const step = (limit: number): string => {
    const { out, reached } = rewriteSpan(table, text, done, Math.max(done, limit));
    const keep = Math.max(0, reached - contextLength);
    text = text.slice(keep);
    done = reached - keep;
    return out;
  };
  return {
    push: (chunk) => {
      text += chunk;
      return step(runStart(text));
    },
    end: () => step(text.length),
  };
};

/**
 * Rewriter for one catalogue version. Origins are matched with scheme and port in plain, JSON-escaped, percent-encoded
 * (also repeatedly) and `\u`/`\x` spelling; bare hosts as well. Both directions are idempotent, and `rewriteToReal`
 * undoes `rewriteToPublic` for origins written as the catalogue has them (`https://h:443` comes back as `https://h`).
 */
export const createBodyRewriter = (codec: HostCodec): BodyRewriter => {
  if (codec.domains.length === 0) {
    const same = (text: string) => text;
    return { rewriteToPublic: same, rewriteToReal: same, createStream: () => ({ push: same, end: () => '' }) };
  }
  const tables = { toPublic: compile(codec, 'toPublic'), toReal: compile(codec, 'toReal') };
  const whole = (direction: Direction) => (text: string) => rewriteSpan(tables[direction], text, 0, text.length).out;
  return {
    rewriteToPublic: whole('toPublic'),
    rewriteToReal: whole('toReal'),
    createStream: (direction) => createStream(tables[direction]),
  };
};
