import { describe, expect, it } from 'vitest';
import { fold, hasPhrase, quotedPhrase, words } from './text-match.ts';

describe('text', () => {
  it.each([
    ['STRASSE', 'straße'],
    ['Zoe\u0301', 'ZOÉ'],
    ['ΟΔΟΣ', 'οδος'],
    ['ſecret', 'SECRET'],
  ])('%s and %s are the same', (one, other) => expect(fold(one)).toBe(fold(other)));

  it('keeps different text apart', () => expect(fold('a')).not.toBe(fold('ä')));

  it('has its words between comma, dot, space, hyphen and underscore', () => {
    expect(words(' Q3, final-Report_v2.docx ')).toEqual(['q3', 'final', 'report', 'v2', 'docx']);
    expect(words('a+b (c)')).toEqual(['a+b', '(c)']);
    expect(words('-_. ,')).toEqual([]);
  });

  it.each([
    ['"a b"', 'a b'],
    [' "a" ', 'a'],
    ['"a\nb"', 'a\nb'],
    ['a "b"', undefined],
    ['"a" b', undefined],
    ['""', undefined],
    ['a', undefined],
  ])('%j quotes %j', (value, phrase) => expect(quotedPhrase(value)).toBe(phrase));

  it.each<[string, string, boolean]>([
    ['quarterly report', 'quarterly report', true],
    ['q3 quarterly report.docx', 'quarterly report', true],
    ['unquarterly report', 'quarterly report', false],
    ['quarterly reports', 'quarterly report', false],
    ['aquarterly report quarterly report', 'quarterly report', true],
    ['quarterly-report', 'quarterly report', false],
    ['report', 'quarterly report', false],
  ])('%s has the phrase %s: %s', (text, phrase, expected) => expect(hasPhrase(text, phrase)).toBe(expected));
});
