import { expect, test } from 'vitest';
import { canonicalJson, storable } from './canonical.ts';

test('key order does not matter, values do', () => {
  const text = canonicalJson(storable({ b: [1, { d: null, c: 'x' }], a: true }));
  expect(text).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  expect(canonicalJson(storable({ a: true, b: [1, { c: 'x', d: null }] }))).toBe(text);
});

test('absent keys stay absent; what jsonb refuses is replaced', () => {
  expect(storable({ a: undefined, name: 'a\u0000b\ud800', n: -0 })).toEqual({ name: 'a\ufffdb\ufffd', n: -0 });
});
