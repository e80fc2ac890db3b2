import { describe, expect, it } from 'vitest';
import { labelsOf, parseSetDate } from './msip.ts';

const one = '11111111-2222-4333-8444-555555555555';
const two = '22222222-2222-4333-8444-555555555555';
const site = 'aaaaaaaa-0000-4000-8000-000000000001';
const properties = (id: string, values: Record<string, string>) =>
  Object.entries(values).map(([key, value]) => ({ name: `MSIP_Label_${id}_${key}`, value }));

describe('labelsOf', () => {
  it('keeps the latest of two labels of one site', () => {
    const found = labelsOf([
      ...properties(one, { Enabled: 'TRUE', SiteId: site, SetDate: '2026-03-01T10:00:00Z' }),
      ...properties(two, { Enabled: 'true', SiteId: site, SetDate: '2026-03-01T10:00:00-0800' }),
    ]);
    expect(found.map(({ id }) => id)).toEqual([two]);
  });
  it('keeps the last one when a date is missing', () => {
    const found = labelsOf([
      ...properties(one, { SiteId: site, SetDate: '2026-03-01T10:00:00Z' }),
      ...properties(two, { SiteId: site }),
    ]);
    expect(found.map(({ id }) => id)).toEqual([two]);
  });
  it('drops parents and labels not applied', () => {
    const found = labelsOf([
      ...properties(two, { SiteId: site, Parent: one }),
      ...properties(one, { SiteId: 'other' }),
    ]);
    expect(found.map(({ id }) => id)).toEqual([two]);
    expect(labelsOf(properties(one, { Enabled: 'False', SiteId: site }))).toEqual([]);
  });
  it('ignores what is no label property', () => {
    expect(
      labelsOf([
        { name: 'Sensitivity', value: 'Secret' },
        { name: 'MSIP_Label_x_Enabled', value: 'true' },
      ]),
    ).toEqual([]);
  });
});

describe('parseSetDate', () => {
  it.each([
    ['2026-03-01T10:00:00.1234567Z', Date.UTC(2026, 2, 1, 10, 0, 0, 123)],
    ['2026-03-01T10:00:00-0800', Date.UTC(2026, 2, 1, 18)],
    ['yesterday', undefined],
  ])('%s', (text, time) => {
    expect(parseSetDate(text)).toBe(time);
  });
});
