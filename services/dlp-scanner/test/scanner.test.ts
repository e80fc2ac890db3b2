import { createHash } from 'node:crypto';
import type { InspectionResult, inspectionOpen } from '@gatehouse/contracts/inspection';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type Scanner, type ScannerOptions, startScanner } from '../src/scanner.ts';
import { pdf } from './pdf-fixture.ts';

type Opened = z.output<typeof inspectionOpen.output>;
type Open = (input: unknown) => Promise<Opened>;

const options = (open: { current?: Open }, changes: Partial<ScannerOptions> = {}): ScannerOptions => ({
  messaging: {
    serve(_, handler) {
      open.current = handler as unknown as Open;
    },
  } as ScannerOptions['messaging'],
  listen: { host: '127.0.0.1', port: 0, publicUrl: undefined },
  pool: { size: 1, killMs: 15_000, heapMb: 256, onLost: () => {} },
  waiting: 1,
  inspect: { maxFileBytes: 4 * 2 ** 20, maxCharacters: 10_000_000, maxInflatedBytes: 2 ** 30, softStopMs: 12_000 },
  hasRoom: () => true,
  onDone: () => {},
  onError: () => {},
  ...changes,
});

const order = (changes: object = {}) => ({
  decisionId: '00000000-0000-4000-8000-000000000000',
  types: ['us-ssn', 'payment-card'],
  source: 'content',
  readLabel: false,
  ...changes,
});

const post = (opened: Opened, body: Uint8Array, token = opened.token) =>
  fetch(opened.url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: Buffer.from(body) });

describe('dlp-scanner', () => {
  const open: { current?: Open } = {};
  let scanner: Scanner;
  const ask = (changes?: object) => (open.current as Open)(order(changes));
  const inspect = async (body: Uint8Array, changes?: object): Promise<InspectionResult> => {
    const response = await post(await ask(changes), body);
    expect(response.status).toBe(200);
    return (await response.json()) as InspectionResult;
  };

  beforeAll(async () => {
    scanner = await startScanner(options(open));
  });
  afterAll(() => scanner.stop());

  it('finds an SSN in a text file and never returns it (scenario 1)', async () => {
    const body = strToU8('Personnel file\nSSN 536-22-8745\nCard 4111 1111 1111 1111\n');
    const result = await inspect(body, { fileName: 'a.txt' });
    expect(result).toMatchObject({
      outcome: { status: 'complete' },
      size: body.length,
      sha256: createHash('sha256').update(body).digest('hex'),
      detectedType: 'text/plain',
      matches: [
        { type: 'us-ssn', instances: { 75: 1, 85: 1 } },
        { type: 'payment-card', instances: { 85: 1 } },
      ],
    });
    expect(result.findings).toHaveLength(2);
    for (const raw of ['536-22-8745', '536228745', '8745', '4111', '1111'])
      expect(JSON.stringify(result.findings)).not.toContain(raw);
  });

  it('finds nothing in a clean file', async () => {
    expect(await inspect(strToU8('nothing to see here\n'))).toMatchObject({
      outcome: { status: 'complete' },
      matches: [],
      findings: [],
    });
  });

  it('reads a docx inside a zip, with masked places', async () => {
    const docx = zipSync({
      '[Content_Types].xml': strToU8('<Types/>'),
      'word/document.xml': strToU8(
        '<w:document><w:p><w:r><w:t>SSN 536-</w:t></w:r><w:r><w:t>22-8745</w:t></w:r></w:p></w:document>',
      ),
    });
    const result = await inspect(zipSync({ 'ssn 212-09-7694.docx': docx }));
    expect(result.outcome).toEqual({ status: 'complete' });
    expect(result.matches[0]).toMatchObject({ type: 'us-ssn', instances: { 85: 2 } });
    expect(JSON.stringify(result)).not.toMatch(/536-22|212-09/);
  });

  it('reads a pdf page by page and its title', async () => {
    const result = await inspect(pdf({ pages: ['hello there', 'SSN 536-22-8745'], title: 'Card 4111111111111111' }));
    expect(result.outcome).toEqual({ status: 'complete' });
    expect(result.findings.map((finding) => finding.place).sort()).toEqual(['metadata', 'page 2']);
  });

  it('tells an encrypted pdf, a broken one and one without text', async () => {
    expect((await inspect(pdf({ pages: ['x'], encrypted: true }))).outcome).toEqual({
      status: 'encrypted',
      kind: 'pdf',
    });
    expect((await inspect(strToU8('%PDF-1.7\nnot really'))).outcome).toEqual({ status: 'corrupt', where: 'pdf' });
    expect((await inspect(pdf({ pages: [''] }))).outcome).toEqual({ status: 'partial', reason: 'unsupportedType' });
  });

  it('reads the sensitivity label, if so asked', async () => {
    const id = '11111111-2222-4333-8444-555555555555';
    const docx = zipSync({
      '[Content_Types].xml': strToU8('<Types/>'),
      '_rels/.rels': strToU8(
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties" Target="docProps/custom.xml"/></Relationships>',
      ),
      'word/document.xml': strToU8('<w:document/>'),
      'docProps/custom.xml': strToU8(
        `<?xml version="1.0"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="MSIP_Label_${id}_Enabled"><vt:lpwstr>true</vt:lpwstr></property></Properties>`,
      ),
    });
    expect((await inspect(docx, { readLabel: true, types: [] })).label).toMatchObject({
      state: 'labelled',
      labels: [{ id }],
    });
    expect((await inspect(strToU8('plain'), { readLabel: true, types: [] })).label).toEqual({
      state: 'none',
      labels: [],
    });
  });

  it('looks at the file name only, if so asked', async () => {
    const result = await inspect(strToU8('SSN 536-22-8745'), { source: 'fileName', fileName: 'ssn_212-09-7694.txt' });
    expect(result.matches).toEqual([{ type: 'us-ssn', instances: { 65: 1, 75: 1, 85: 1 } }]);
    expect(result.findings[0]).toMatchObject({ place: 'file name', evidence: 'ssn_XXX-XX-XXXX.txt' });
  });

  it('does not call a file clean that it was asked to search for an unknown type', async () => {
    expect((await inspect(strToU8('x'), { types: ['martian-id'] })).outcome).toEqual({
      status: 'partial',
      reason: 'unsupportedType',
    });
  });

  it('stops bombs and goes on', async () => {
    const bomb = zipSync({ 'a.txt': new Uint8Array(64 * 2 ** 20) });
    expect((await inspect(bomb)).outcome).toEqual({ status: 'tooLarge', limit: 'ratio' });
    expect((await inspect(strToU8('fine'))).outcome).toEqual({ status: 'complete' });
  });

  it('measures but does not keep what is over the cap', async () => {
    const body = new Uint8Array(5 * 2 ** 20).fill(65);
    expect(await inspect(body)).toMatchObject({ outcome: { status: 'tooLarge', limit: 'bytes' }, size: body.length });
  });

  it('lends a place once, to the holder of the token', async () => {
    const opened = await ask();
    expect((await post(opened, strToU8('x'), 'A'.repeat(43))).status).toBe(401);
    expect((await fetch(opened.url)).status).toBe(401);
    expect((await post(opened, strToU8('x'))).status).toBe(200);
    expect((await post(opened, strToU8('x'))).status).toBe(401);
  });

  it('refuses when all places are lent', async () => {
    const places = await Promise.all([ask(), ask()]);
    await expect(ask()).rejects.toMatchObject({ code: 'REFUSED' });
    await Promise.all(places.map((place) => post(place, strToU8('x'))));
    expect(scanner.free()).toBe(2);
  });

  it('gives a place back when the sender goes away', async () => {
    const opened = await ask();
    const aborter = new AbortController();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(strToU8('half'));
        setTimeout(() => aborter.abort(), 100);
      },
    });
    const request: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { authorization: `Bearer ${opened.token}` },
      body,
      duplex: 'half',
      signal: aborter.signal,
    };
    await expect(fetch(opened.url, request)).rejects.toThrow();
    await expect.poll(() => scanner.free()).toBe(2);
  });
});
