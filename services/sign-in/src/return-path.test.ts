import { expect, test } from 'vitest';
import { returnPath } from './return-path.ts';

test.each(['/', '/a/b?x=1&y=%2F', '/a?next=http://other.example/', '/%2F/x', "/it's", '/a:b@c'])(
  'stays: %s',
  (path) => {
    expect(returnPath(path)).toBe(path);
  },
);

test('nothing asked for is the start page', () => {
  expect(returnPath(undefined)).toBe('/');
  expect(returnPath('')).toBe('/');
});

const hosts = ['evil.example', 'files.acme.example.evil.example', '2130706433', '[::1]'];
const starts = [
  '//',
  '///',
  '/\\',
  '\\\\',
  '\\/',
  'http://',
  'https:',
  'javascript:',
  'data:',
  ' //',
  '/\t/',
  '/\n/',
  '/\r\n/',
  '/.//',
  '/x/..//',
];
const ends = ['', '/', '/path?query', '#hash', ':80/', '\\@files'];
const foreign = hosts.flatMap((host) => starts.flatMap((start) => ends.map((end) => start + host + end)));

test('no foreign address survives', () => {
  expect(foreign.length).toBeGreaterThan(300);
  for (const value of foreign) {
    const path = returnPath(value);
    expect(path, value).toBeUndefined();
  }
});

test.each([
  ['twice', ['/a', '/b']],
  ['long', `/${'a'.repeat(9000)}`],
  ['fragment', '/a#b'],
  ['control', '/a\u0000'],
  ['no ascii', '/ü'],
  ['ours', '/.gatehouse/session?code=x'],
])('refused: %s', (_, value) => {
  expect(returnPath(value)).toBeUndefined();
});
