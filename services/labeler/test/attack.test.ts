// Hostile files into the labeler: each must be answered soon, leave the process alive, and come out sealed or not at all.
import type { LabelStamp } from '@gatehouse/label/stamp';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLabelPool, type LabelPool } from '../src/label-pool.ts';

const site = 'aaaaaaaa-0000-4000-8000-000000000001';
const stamp: LabelStamp = {
  ...{ id: '22222222-0000-4000-8000-000000000002', siteId: site, name: 'Secret', priority: 20, contentBits: 0 },
  ...{ setDate: '2026-01-02T03:04:05Z', actionId: '44444444-0000-4000-8000-000000000004' },
};
const ranks = { sites: new Set([site]), priorities: new Map([[stamp.id, 20]]) };
const customType = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties';
const mainType = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
let pool: LabelPool;
const lost: string[] = [];

beforeAll(async () => {
  pool = createLabelPool({ size: 1, killMs: 15_000, heapMb: 192, onLost: (cause) => lost.push(cause) });
  await pool.ready;
});
afterAll(() => pool?.close());

function office(parts: Record<string, Uint8Array>): Uint8Array {
  return zipSync({
    '[Content_Types].xml': strToU8('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    '_rels/.rels': strToU8(
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="${mainType}" Target="word/document.xml"/><Relationship Id="c" Type="${customType}" Target="docProps/custom.xml"/></Relationships>`,
    ),
    'word/document.xml': strToU8('<a/>'),
    ...parts,
  });
}
const custom = (xml: string) => office({ 'docProps/custom.xml': strToU8(xml) });
const properties = '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">';

/** A classic file with `body` as objects; offsets are right, what they lead to is hostile. */
function pdf(bodies: readonly string[], trailer: string): Uint8Array {
  let text = '%PDF-1.7\n';
  const offsets = bodies.map((body, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const size = bodies.length + 1;
  return Buffer.from(
    `${text}xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} ${trailer} >>\nstartxref\n${text.length}\n%%EOF\n`,
    'latin1',
  );
}

function forgedSize(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf('PK\u0001\u0002'); at !== -1; at = copy.indexOf('PK\u0001\u0002', at + 4))
    copy.writeUInt32LE(10, at + 24);
  return copy;
}

function twins(): Uint8Array {
  const copy = Buffer.from(office({ 'docProps/custom.xml': strToU8('<a/>'), 'docProps/custon.xml': strToU8('<b/>') }));
  return Buffer.from(copy.toString('latin1').replaceAll('custon.xml', 'custom.xml'), 'latin1');
}

const bombs: readonly [string, () => Uint8Array][] = [
  ['a part of 96 MiB of zeros', () => office({ 'docProps/custom.xml': new Uint8Array(96 * 2 ** 20) })],
  [
    'a part that lies about its size',
    () => forgedSize(office({ 'docProps/custom.xml': new Uint8Array(64 * 2 ** 20) })),
  ],
  ['relationships of 64 MiB', () => office({ '_rels/.rels': new Uint8Array(64 * 2 ** 20).fill(32) })],
  ['a million nested elements', () => custom(`${properties}${'<a>'.repeat(300_000)}`)],
  ['a million elements side by side', () => custom(`${properties}${'<a/>'.repeat(900_000)}</Properties>`)],
  [
    'entities that multiply',
    () => custom(`<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>`),
  ],
  ['an external entity', () => custom('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')],
  [
    'a hundred thousand attributes',
    () => custom(`<a ${Array.from({ length: 100_000 }, (_, i) => `b${i}="1"`).join(' ')}/>`),
  ],
  [
    '60,000 entries',
    () => office(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`x/${i}`, new Uint8Array()]))),
  ],
  ['twin names', twins],
  [
    'a name with a path upwards',
    () => office({ '../../../../tmp/evil': strToU8('x'), 'docProps/custom.xml': strToU8('<a') }),
  ],
  ['a PDF of objects that refer to each other', () => pdf(['2 0 R', '1 0 R'], '/Root 1 0 R /Info 2 0 R')],
  [
    'a PDF whose sections loop',
    () => {
      const text = '%PDF-1.7\nxref\n0 0\ntrailer\n<< /Size 1 /Prev 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n';
      return Buffer.from(text, 'latin1');
    },
  ],
  ['a PDF of ten thousand nested arrays', () => pdf([`<< /Type /Catalog /A ${'['.repeat(10_000)} >>`], '/Root 1 0 R')],
  [
    'a PDF that says it has a billion objects',
    () => Buffer.from('%PDF-1.7\nxref\n0 999999999\ntrailer\n<< /Size 1 >>\nstartxref\n9\n%%EOF\n', 'latin1'),
  ],
  [
    'a PNG of chunks without end',
    () => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(12 * 200_000)]),
  ],
  [
    'a JPEG of segments without end',
    () => Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.from('ffe00002'.repeat(200_000), 'hex')]),
  ],
  [
    'an XMP packet that is a bomb of elements',
    () => {
      const xmp = Buffer.from(`http://ns.adobe.com/xap/1.0/\0${'<a>'.repeat(20_000)}`, 'latin1');
      const head = Buffer.from('ffd8ffe10000', 'hex');
      head.writeUInt16BE(xmp.length + 2, 4);
      return Buffer.concat([head, xmp, Buffer.from('ffda', 'hex')]);
    },
  ],
  ['a header of a mail of 8 MiB', () => strToU8(`Subject: ${'a: b\n'.repeat(1_700_000)}`)],
  [
    'a compound file whose chain loops',
    () => {
      const file = Buffer.alloc(4096);
      Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(file);
      file.writeUInt16LE(9, 30);
      return file;
    },
  ],
];

it.each(bombs)(
  'attack: %s',
  async (_, make) => {
    const bytes = Uint8Array.from(make());
    // The bytes are handed over to the thread.
    const size = bytes.length;
    const before = process.memoryUsage.rss();
    const started = performance.now();
    const answer = await pool.run({ stored: { kind: 'memory', bytes }, stamp, ranks });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 2 ** 20);
    // Either nothing is delivered at all, or the whole file goes on to be sealed.
    if (answer !== 'lost') {
      const length = answer.outcome.pieces.reduce((sum, piece) => sum + piece.length, 0);
      expect(answer.outcome.alreadyProtected).toBe(false);
      if (answer.outcome.innerLabel === 'written') expect(length).toBeGreaterThan(0);
      else expect(length).toBe(size);
    }
  },
  60_000,
);

it('control: a good file is labelled after all that', async () => {
  const bytes = Uint8Array.from(custom(`${properties}</Properties>`));
  const answer = await pool.run({ stored: { kind: 'memory', bytes }, stamp, ranks });
  expect(answer === 'lost' ? answer : answer.outcome.innerLabel).toBe('written');
});
