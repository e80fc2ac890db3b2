import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { concat } from '../src/concat.ts';
import { readLabels } from '../src/read.ts';
import { bytesSource } from '../src/source.ts';
import { base64Stream, htmlWrapper, payloadOfHtml, wrapperScript } from '../src/tdf-html.ts';
import { decodeHash, isAssertionBound, isBound } from '../src/tdf-integrity.ts';
import { type Assertion, canonicalJson, type Manifest } from '../src/tdf-manifest.ts';
import { encodePolicy, openTdf, policyText, readTdf } from '../src/tdf-read.ts';
import { type TdfInput, writeTdf } from '../src/tdf-write.ts';
import { nodeCrypto as crypto } from './node-crypto.ts';

const key = new Uint8Array(32).fill(7);
const policy = encodePolicy({ uuid: '0b8f6c3e-5a0a-4f5c-9d5f-0e6f9a1b2c3d', body: { dataAttributes: [], dissem: [] } });
const keyAccess = {
  type: 'wrapped' as const,
  url: 'https://keys.example',
  protocol: 'kas',
  kid: 'k1',
  sid: '',
  wrappedKey: 'AA==',
};
const jws = `x.${Buffer.from(JSON.stringify({ label: { id: 'i', siteId: 's', name: 'Secret' } })).toString('base64url')}.y`;
const assertion: Assertion = {
  id: 'gatehouse-label',
  type: 'handling',
  scope: 'tdo',
  appliesToState: 'encrypted',
  statement: { format: 'string', schema: 'gatehouse/label', value: jws },
};

async function write(content: Uint8Array, options: Partial<TdfInput> = {}): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const input = { plain: [content], key, policy, keyAccess: [keyAccess], mimeType: 'text/plain', crypto };
  for await (const part of writeTdf({ ...input, assertions: async () => [assertion], ...options })) parts.push(part);
  return concat(parts);
}

async function read(bytes: Uint8Array, with_ = key): Promise<Uint8Array> {
  const source = bytesSource(bytes);
  const parts: Uint8Array[] = [];
  for await (const part of readTdf(source, openTdf(source), with_, crypto)) parts.push(part);
  return concat(parts);
}

const content = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => (i * 31) & 255);

describe.each(['4.3.0', '4.2.2'] as const)('%s', (version) => {
  it.each([0, 1, 999, 1000, 1001, 3000, 3500])('gives back %i bytes', async (size) => {
    const bytes = await write(content(size), { version, segmentBytes: 1000 });
    expect(Buffer.compare(await read(bytes), content(size))).toBe(0);
    const segments = openTdf(bytesSource(bytes)).manifest.encryptionInformation.integrityInformation.segments.length;
    expect(segments).toBe(Math.max(1, Math.ceil(size / 1000)));
  });
  it('binds policy and label', async () => {
    const { manifest } = openTdf(bytesSource(await write(content(10), { version })));
    const { keyAccess: access, integrityInformation: integrity } = manifest.encryptionInformation;
    const binding = access[0]?.policyBinding ?? '';
    expect(await isBound(crypto, key, policy, binding)).toBe(true);
    expect(await isBound(crypto, key, `${policy}A`, binding)).toBe(false);
    const tags = integrity.segments.map(({ hash }) => decodeHash(hash, 16));
    const [label] = manifest.assertions ?? [];
    expect(label && (await isAssertionBound(crypto, key, label, tags, version))).toBe(true);
    const forged = { ...assertion, ...label, statement: { value: 'other' } };
    expect(await isAssertionBound(crypto, key, forged, tags, version)).toBe(false);
  });
});

it('takes chunks of any size and never shows the content', async () => {
  const whole = new TextEncoder().encode('PLAINTEXT MARKER '.repeat(500));
  async function* chunks() {
    for (let at = 0; at < whole.length; at += 77) yield whole.subarray(at, at + 77);
  }
  const bytes = await write(whole, { plain: chunks(), segmentBytes: 500 });
  expect(Buffer.compare(await read(bytes), whole)).toBe(0);
  expect(Buffer.from(bytes).includes('PLAINTEXT')).toBe(false);
});

function edit(bytes: Uint8Array, change: (manifest: Manifest) => void): Uint8Array {
  const at = Buffer.from(bytes).indexOf('{"schemaVersion"');
  const end = Buffer.from(bytes).indexOf('PK\u0001\u0002', at);
  const manifest = JSON.parse(Buffer.from(bytes.subarray(at, end)).toString());
  change(manifest);
  const text = Buffer.from(JSON.stringify(manifest));
  const out = Buffer.concat([bytes.subarray(0, at), text, bytes.subarray(end)]);
  const shift = text.length - (end - at);
  const second = out.indexOf('0.manifest.json', end + shift + 46) - 46;
  out.writeUInt32LE(text.length, second + 20);
  out.writeUInt32LE(text.length, second + 24);
  const last = out.length - 22;
  out.writeUInt32LE(out.readUInt32LE(last + 16) + shift, last + 16);
  return out;
}

describe('a changed container gives nothing out', () => {
  it.each<[string, (manifest: Manifest) => void]>([
    ['segments swapped', (m) => m.encryptionInformation.integrityInformation.segments.reverse()],
    ['a segment cut off', (m) => m.encryptionInformation.integrityInformation.segments.pop()],
    [
      'a hash',
      (m) =>
        Object.assign(m.encryptionInformation.integrityInformation.segments[0] ?? {}, {
          hash: 'AAAAAAAAAAAAAAAAAAAAAA==',
        }),
    ],
    [
      'the root signature',
      (m) => Object.assign(m.encryptionInformation.integrityInformation.rootSignature, { sig: `${'A'.repeat(43)}=` }),
    ],
    ['another algorithm', (m) => Object.assign(m.encryptionInformation.method, { algorithm: 'AES-128-CBC' })],
    [
      'no signature',
      (m) => Object.assign(m.encryptionInformation.integrityInformation, { rootSignature: { alg: 'none', sig: '' } }),
    ],
  ])('%s', async (_, change) => {
    const bytes = edit(await write(content(2500), { segmentBytes: 1000 }), change);
    const source = bytesSource(bytes);
    const given: Uint8Array[] = [];
    await expect(
      (async () => {
        for await (const part of readTdf(source, openTdf(source), key, crypto)) given.push(part);
      })(),
    ).rejects.toThrow(/CORRUPT/);
    expect(given).toEqual([]);
  });
  it('a flipped bit in the second segment stops before it', async () => {
    const bytes = await write(content(2500), { segmentBytes: 1000 });
    bytes[39 + 1028 + 500] = (bytes[39 + 1028 + 500] ?? 0) ^ 1;
    await expect(read(bytes)).rejects.toThrow(/CORRUPT/);
  });
  it('another key', async () => {
    await expect(read(await write(content(10)), new Uint8Array(32))).rejects.toThrow(/root signature/);
  });
  it('every truncation', async () => {
    const bytes = await write(content(300));
    for (let length = 0; length < bytes.length; length += 13)
      await expect(read(bytes.subarray(0, length))).rejects.toThrow();
  });
  it('more than was asked for', async () => {
    const source = bytesSource(await write(content(2500), { segmentBytes: 1000 }));
    await expect(
      (async () => {
        for await (const _ of readTdf(source, openTdf(source), key, crypto, 1500));
      })(),
    ).rejects.toThrow(/LIMIT/);
  });
});

it('python reads it with its own ZIP and AES', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'gatehouse-tdf-')), 'a.tdf');
  writeFileSync(file, await write(content(2500), { segmentBytes: 1000 }));
  const script = `import sys,zipfile,json,base64,hmac,hashlib
try:
  from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError: print('absent'); sys.exit()
z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None
m=json.loads(z.read('0.manifest.json')); p=z.read('0.payload'); k=bytes([7])*32
i=m['encryptionInformation']['integrityInformation']; out=b''; at=0; tags=b''
for s in i['segments']:
  c=p[at:at+s['encryptedSegmentSize']]; at+=len(c); tags+=base64.b64decode(s['hash']); assert c[-16:]==base64.b64decode(s['hash'])
  out+=AESGCM(k).decrypt(c[:12],c[12:],None)
assert base64.b64decode(i['rootSignature']['sig'])==hmac.new(k,tags,hashlib.sha256).digest()
b=m['encryptionInformation']['keyAccess'][0]['policyBinding']['hash']
assert base64.b64decode(b).decode()==hmac.new(k,m['encryptionInformation']['policy'].encode(),hashlib.sha256).hexdigest()
print(hashlib.sha256(out).hexdigest())`;
  const run = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
  if (run.error || run.stdout.trim() === 'absent')
    return console.warn('python3 with cryptography is absent: the container was not read independently');
  expect(run.stderr).toBe('');
  expect(run.stdout.trim()).toBe(createHash('sha256').update(content(2500)).digest('hex'));
});

it('shows its label to readers, also inside the page', async () => {
  const inflate = (raw: Uint8Array, max: number) => inflateRawSync(raw, { maxOutputLength: max });
  const bytes = await write(content(100));
  const label = { state: 'protected', labels: [{ id: 'i', siteId: 's', name: 'Secret', method: 'Standard' }] };
  expect(readLabels(bytes, { inflate })).toEqual(label);
  const html = await page(bytes);
  expect(readLabels(new TextEncoder().encode(html), { inflate })).toEqual(label);
  expect(Buffer.from(payloadOfHtml(html), 'base64').equals(bytes)).toBe(true);
});

async function page(bytes: Uint8Array, name = '<img src=x onerror=alert(1)>.docx'): Promise<string> {
  const scriptHash = createHash('sha256').update(wrapperScript).digest('base64');
  const wrapper = htmlWrapper({ name, label: 'Secret', viewer: 'https://keys.example/open', scriptHash });
  let text = wrapper.before;
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
  }
  for await (const part of base64Stream(chunks())) text += part;
  return text + wrapper.after;
}

it('escapes names in the page and holds the script to its hash', async () => {
  const html = await page(content(10));
  expect(html).not.toContain('<img');
  expect(html).toContain("default-src 'none'");
  const script = /<script>([\s\S]*)<\/script>/.exec(html)?.[1] ?? '';
  expect(html).toContain(`sha256-${createHash('sha256').update(script).digest('base64')}`);
});

it('writes what the manifest schema asks for', async () => {
  const schemaFile = join(process.env.GATEHOUSE_DATA ?? '', 'tdf/manifest.schema.json');
  if (!process.env.GATEHOUSE_DATA || !existsSync(schemaFile))
    return console.warn('GATEHOUSE_DATA is not set: the manifest was not checked against the schema');
  const { manifest } = openTdf(bytesSource(await write(content(10))));
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
  const missing = (shape: { required?: string[]; properties?: object }, value: object, path: string): string[] => [
    ...(shape.required ?? []).filter((name) => !(name in value)).map((name) => `${path}.${name}`),
    ...Object.entries(shape.properties ?? {}).flatMap(([name, inner]) => {
      const child = (value as Record<string, unknown>)[name];
      return typeof child === 'object' && child !== null && !Array.isArray(child)
        ? missing(inner, child, `${path}.${name}`)
        : [];
    }),
  ];
  expect(missing(schema, manifest, '')).toEqual([]);
});

it('canonical JSON sorts names and drops nothing', () => {
  expect(canonicalJson({ b: [1, 'x', null], a: { d: true, c: 'ü' } })).toBe(
    '{"a":{"c":"ü","d":true},"b":[1,"x",null]}',
  );
  expect(policyText(policy)).toContain('dissem');
});
