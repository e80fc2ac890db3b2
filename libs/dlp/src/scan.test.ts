import { describe, expect, it } from 'vitest';
import { types } from './information-types/all.ts';
import { createScan, scan } from './scan.ts';

const all = types.map((type) => type.id);

describe('scan', () => {
  it('finds an SSN beside its keyword at 75 or more (acceptance scenario 1)', () => {
    const { matches } = scan('SSN 078-05-1120', ['us-ssn'], 'a.txt');
    expect(matches).toEqual([{ type: 'us-ssn', instances: { 65: 1, 75: 1, 85: 1 } }]);
  });

  it('masks the value, its neighbours and the remaining digits', () => {
    const { findings } = scan(
      'Room 12, SSN 536-22-8745, mail jane@acme.example, 4111111111111111.',
      ['us-ssn'],
      'a.txt',
    );
    expect(findings).toEqual([
      {
        type: 'us-ssn',
        confidence: 85,
        place: 'a.txt',
        evidence: 'Room ##, SSN XXX-XX-XXXX, mail XXXX@XXXX.XXXXXXX, XXXXXXXXXXXXXX',
      },
    ]);
  });

  it('masks places', () => {
    const place = 'ssn 536-22-8745.txt';
    expect(scan('SSN 212-09-7694', ['us-ssn'], place).findings[0]?.place).toBe('ssn XXX-XX-XXXX.txt');
  });

  it('never lets a raw value out, whatever type was asked for', () => {
    for (const type of types) {
      for (const sample of type.samples.match) {
        const raw = sample.text.slice(sample.start, sample.end);
        const result = JSON.stringify(scan(sample.text, all, sample.text));
        const digits = raw.replace(/\D/g, '');
        expect(result).not.toContain(raw);
        if (digits.length > 5) expect(result).not.toContain(digits);
      }
    }
  });

  it('counts distinct values over all pieces, each at its best confidence', () => {
    const state = createScan(['us-ssn']);
    state.add('536-22-8745', 'one');
    state.add('SSN 536 22 8745', 'two');
    state.add('212-09-7694', 'three');
    expect(state.result().matches).toEqual([{ type: 'us-ssn', instances: { 65: 2, 75: 2, 85: 1 } }]);
  });

  it('takes a column header for a keyword', () => {
    const state = createScan(['us-ssn']);
    state.add('536228745\n212097694', 'B', 'SSN');
    expect(state.result().matches[0]?.instances[75]).toBe(2);
  });

  it('names types it does not know', () => {
    expect(scan('x', ['us-ssn', 'martian-id'], 'a').unknown).toEqual(['martian-id']);
  });

  it('reports no card inside an IBAN', () => {
    const { matches } = scan('IBAN NL25 ABNA 4111 1111 1111 1111', ['iban', 'payment-card'], 'a');
    expect(matches.map((match) => match.type)).not.toContain('iban');
    const inside = scan('IBAN GB82 WEST 1234 5698 7654 32', all, 'a');
    expect(inside.matches.map((match) => match.type)).toEqual(['iban']);
  });

  it.each([
    ['full-width digits', 'SSN ５３６-２２-８７４５'],
    ['Arabic digits', 'SSN ٥٣٦-٢٢-٨٧٤٥'],
    ['zero-width characters', 'SSN 536\u200b-22-87\u200b45'],
    ['en dashes', 'SSN 536–22–8745'],
    ['no-break spaces', 'SSN 536\u00a022\u00a08745'],
    ['direction marks', 'SSN \u202a536-22-8745\u202c'],
    ['soft hyphens', 'SSN 5\u00ad36-22-8745'],
    ['a keyword in Cyrillic look-alikes', 'ЅЅN 536228745'],
    ['percent encoding', 'ssn=536%2D22%2D8745'],
    ['character references', 'SSN 536&#45;22&#x2d;8745'],
    ['quoted-printable', 'SSN 536=2D22=2D8745'],
    ['base64', `payload ${btoa('SSN 536-22-8745')}`],
    ['hex', 'SSN 3533362d32322d38373435'],
    ['JSON escapes', 'SSN \\u0035\\u0033\\u0036-22-8745'],
    ['base64 of percent encoding', btoa('SSN 536%2D22%2D8745')],
    ['mathematical digits', 'SSN \u{1d7d3}\u{1d7d1}\u{1d7d4}-22-8745'],
  ])('sees through %s', (_, text) => {
    const result = scan(text, ['us-ssn'], 'a');
    expect(result.matches[0]?.instances[75]).toBe(1);
    expect(result.findings[0]?.evidence).not.toMatch(/[0-9٠-٩０-９]|NTM2/);
  });

  it('stays linear on hostile runs', () => {
    const started = performance.now();
    for (const text of [
      '1'.repeat(1e6),
      '-----BEGIN PRIVATE KEY-----'.repeat(4e4),
      'a@'.repeat(5e5),
      'a.'.repeat(5e5),
      'DE89 '.repeat(2e5),
      '4111 '.repeat(2e5),
    ])
      scan(text, all, 'a');
    expect(performance.now() - started).toBeLessThan(8000);
  });
});
