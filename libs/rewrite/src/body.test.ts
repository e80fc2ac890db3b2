import { describe, expect, it } from 'vitest';
import { createBodyRewriter } from './body.ts';
import { createHostCodec } from './host-codec.ts';

const domains = [
  { app: 'files', host: 'files.acme.localhost', scheme: 'http' as const, port: 9101 },
  { app: 'crm', host: 'crm.acme.localhost', scheme: 'http' as const, port: 9102 },
  { app: 'box', host: 'box.example.com', scheme: 'https' as const },
  { app: 'box', host: 'example.com', scheme: 'https' as const },
];
const local = createBodyRewriter(
  createHostCodec({ suffix: 'gatehouse.localhost', publicScheme: 'http', publicPort: 8080, domains }),
);
const secure = createBodyRewriter(createHostCodec({ suffix: 'g.test', publicScheme: 'https', domains }));

const F = 'files.acme.localhost.gatehouse.localhost';
const B = 'box.example.com.gatehouse.localhost';
const cases: [string, string][] = [
  ['<a href="http://files.acme.localhost:9101/a?x=1">', `<a href="http://${F}:8080/a?x=1">`],
  ['https://box.example.com/', `http://${B}:8080/`],
  ['wss://box.example.com/s', `ws://${B}:8080/s`],
  ['ws://files.acme.localhost:9101/s', `ws://${F}:8080/s`],
  ['//files.acme.localhost:9101/x', `//${F}:8080/x`],
  ['//box.example.com/x', `//${B}:8080/x`],
  ['"host":"files.acme.localhost"', `"host":"${F}"`],
  ['files.acme.localhost:9101', `${F}:8080`],
  ['box.example.com:443', `${B}:8080`],
  [String.raw`"https:\/\/box.example.com\/a"`, String.raw`"http:\/\/box.example.com.gatehouse.localhost:8080\/a"`],
  ['r=http%3A%2F%2Ffiles.acme.localhost%3A9101%2Fa', `r=http%3A%2F%2F${F}%3A8080%2Fa`],
  ['r=https%3a%2f%2fbox.example.com%2Fa', `r=http%3a%2f%2f${B}%3a8080%2Fa`],
  ['r=https%253A%252F%252Fbox.example.com', `r=http%253A%252F%252F${B}%253A8080`],
  [
    String.raw`https\u003a\u002f\u002fbox.example.com`,
    String.raw`http\u003a\u002f\u002fbox.example.com.gatehouse.localhost\u003a8080`,
  ],
  [String.raw`/^files\.acme\.localhost$/`, String.raw`/^files\.acme\.localhost\.gatehouse\.localhost$/`],
  [String.raw`"files\\.acme\\.localhost"`, String.raw`"files\\.acme\\.localhost\\.gatehouse\\.localhost"`],
  [String.raw`"\nbox.example.com"`, String.raw`"\nbox.example.com.gatehouse.localhost"`],
  ['%22box.example.com%22', `%22${B}%22`],
  ['domain=.box.example.com', `domain=.${B}`],
  ['see box.example.com.', `see ${B}.`],
  ['HTTPS://BOX.example.com', `HTTP://BOX.example.com.gatehouse.localhost:8080`],
  ['box.example.com example.com', `${B} example.com.gatehouse.localhost`],
];
const untouched = [
  'sub.files.acme.localhost',
  'http://sub.files.acme.localhost:9101/',
  'xfiles.acme.localhost',
  'my-box.example.com',
  'box.example.com.au',
  'box.example.community',
  'box.example.com-x',
  'me@example.com',
  'me%40example.com',
  String.raw`me\u0040example.com`,
  String.raw`sub\.box\.example\.com`,
  'sub%2Ebox.example.com',
  'http://files.acme.localhost:9999/',
  'http://files.acme.localhost/',
  'https://box.example.com:8443/',
  `http://${F}:8080/`,
  'acme.localhost',
];

describe('body rewriting', () => {
  it.each(cases)('%s', (real, seen) => {
    expect(local.rewriteToPublic(real)).toBe(seen);
    expect(local.rewriteToPublic(seen)).toBe(seen);
  });
  it.each(cases.filter(([real]) => !real.includes('HTTPS')))('back to %s', (real, seen) => {
    expect(local.rewriteToReal(seen)).toBe(real);
  });
  it.each(untouched)('leaves %s', (text) => expect(local.rewriteToPublic(text)).toBe(text));
  it.each([`http://${F}:9999/`, `http://${F}/`, `x.${F}:8080`, `${F}.evil.com`])('leaves %s on the way back', (text) =>
    expect(local.rewriteToReal(text)).toBe(text),
  );
  it('follows an http link to an https app', () => {
    expect(local.rewriteToPublic('http://box.example.com/')).toBe(`http://${B}:8080/`);
    expect(secure.rewriteToPublic('http://files.acme.localhost:9101/')).toBe('https://files.acme.localhost.g.test/');
  });
  it('does nothing with an empty catalogue', () => {
    const none = createBodyRewriter(createHostCodec({ suffix: 'g.test', publicScheme: 'https', domains: [] }));
    expect(none.rewriteToPublic('https://box.example.com')).toBe('https://box.example.com');
  });
});

/** mulberry32 */
const generator = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};

const canonical = [
  'http://files.acme.localhost:9101',
  'https://box.example.com',
  'box.example.com',
  'files.acme.localhost:9101',
  'files.acme.localhost',
  'example.com',
  'https%3A%2F%2Fexample.com',
  'http%3A%2F%2Ffiles.acme.localhost%3A9101',
  String.raw`https:\/\/box.example.com`,
  String.raw`box\.example\.com`,
  '//files.acme.localhost:9101',
  '//example.com',
];
const glue = [
  '',
  '.',
  '-',
  '/',
  ' ',
  '"',
  '%2F',
  '%22',
  '\\n',
  '\\',
  '@',
  ':',
  'a',
  'com',
  '9',
  '%',
  '\\u0022',
  '\\x2e',
  '//',
  'é',
  '<',
  '..',
  'x.',
];
const foreign = [
  'http://files.acme.localhost:1',
  'ftp://example.com',
  'evil.com',
  'x'.repeat(700),
  'a.'.repeat(350),
  '/'.repeat(620),
  'https:',
  `${F}:8080`,
];

const sample = (random: () => number, parts: string[][]) => {
  let text = '';
  for (let n = 1 + Math.floor(random() * 8); n > 0; n -= 1) {
    const list = parts[Math.floor(random() * parts.length)] ?? [];
    text += list[Math.floor(random() * list.length)] ?? '';
  }
  return text;
};

describe('body rewriting, properties', () => {
  it('is idempotent and undone by its inverse', () => {
    const random = generator(1);
    for (let n = 0; n < 40_000; n += 1) {
      const text = sample(random, [canonical, glue]);
      for (const rewriter of [local, secure]) {
        const seen = rewriter.rewriteToPublic(text);
        expect(rewriter.rewriteToPublic(seen), text).toBe(seen);
        const back = rewriter.rewriteToReal(seen);
        expect(rewriter.rewriteToReal(back), text).toBe(back);
        expect(rewriter.rewriteToPublic(back), text).toBe(seen);
      }
    }
  });

  it('comes back exactly from origins as the catalogue writes them', () => {
    const random = generator(3);
    for (let n = 0; n < 10_000; n += 1) {
      const text = sample(random, [canonical, [' ', '"', '<', '\n', ',', '%22', "'"]]).replaceAll(
        /([a-z0-9])(?=[a-z/])(?<=localhost|com|910\d)/g,
        '$1 ',
      );
      expect(local.rewriteToReal(local.rewriteToPublic(text))).toBe(text);
    }
  });

  it('gives the same in any chunking, both ways', () => {
    const random = generator(2);
    for (let n = 0; n < 3_000; n += 1) {
      const text = sample(random, [canonical, glue, foreign]);
      for (const direction of ['toPublic', 'toReal'] as const) {
        const input = direction === 'toReal' ? local.rewriteToPublic(text) : text;
        const whole = direction === 'toPublic' ? local.rewriteToPublic(input) : local.rewriteToReal(input);
        const stream = local.createStream(direction);
        let out = '';
        const most = 1 + Math.floor(random() * 40);
        for (let at = 0; at < input.length; ) {
          const size = 1 + Math.floor(random() * most);
          out += stream.push(input.slice(at, at + size));
          at += size;
        }
        expect(out + stream.end(), input).toBe(whole);
      }
    }
  });

  it('holds back at most 600 characters', () => {
    const stream = local.createStream('toPublic');
    expect(stream.push('A'.repeat(100_000)).length).toBeGreaterThanOrEqual(99_400);
  });
});
