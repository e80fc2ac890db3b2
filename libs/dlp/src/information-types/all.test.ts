import { describe, expect, it } from 'vitest';
import { compileType, findHits } from '../candidates.ts';
import { types } from './all.ts';

describe.each(types.map((type) => [type.id, type] as const))('%s', (_, type) => {
  const compiled = compileType(type);

  it('has at least 20 samples of either sort', () => {
    expect(type.samples.match.length).toBeGreaterThanOrEqual(20);
    expect(type.samples.noMatch.length).toBeGreaterThanOrEqual(20);
  });

  it.each(type.samples.match.map((sample) => [sample.text, sample] as const))('finds %s', (text, sample) => {
    const hits = [...findHits(text, [compiled])].map(({ start, end, level }) => ({ start, end, level }));
    expect(hits).toEqual([{ start: sample.start, end: sample.end, level: sample.level }]);
  });

  it.each(type.samples.noMatch.map((sample) => [sample.text, sample.why] as const))('leaves %s: %s', (text) => {
    expect([...findHits(text, [compiled])]).toEqual([]);
  });
});
