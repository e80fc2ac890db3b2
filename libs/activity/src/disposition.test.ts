import { describe, expect, it } from 'vitest';
import { readDisposition } from './disposition.ts';

describe('Content-Disposition', () => {
  it.each([
    ['attachment; filename="Q3.xls"', 'attachment', 'Q3.xls'],
    ['attachment; filename=Q3 plan.xls', 'attachment', 'Q3 plan.xls'],
    ["attachment; filename=x.xls; filename*=UTF-8''Q3%20%E2%82%AC.xls", 'attachment', 'Q3 €.xls'],
    ["attachment; filename*=iso-8859-1'en'%A3.txt", 'attachment', '£.txt'],
    ['attachment; filename="=?UTF-8?B?UTMg4oKsLnhscw==?="', 'attachment', 'Q3 €.xls'],
    ['attachment; filename="=?UTF-8?Q?Q3_=E2=82=AC.xls?="', 'attachment', 'Q3 €.xls'],
    ['attachment; filename="\xc3\xa9.txt"', 'attachment', 'é.txt'],
    ['attachment; filename="a%20b.txt"', 'attachment', 'a b.txt'],
    [String.raw`attachment; filename="a\"b.txt"`, 'attachment', 'a"b.txt'],
    ["attachment; filename*0*=UTF-8''a%20; filename*1=b.txt", 'attachment', 'a b.txt'],
    ['Attachment;FILENAME=a.txt', 'attachment', 'a.txt'],
    ['inline; filename=a.pdf', 'inline', 'a.pdf'],
    ['inline, attachment; filename=a.pdf', 'attachment', 'a.pdf'],
    ['inline; filename="attachment"', 'inline', 'attachment'],
    ['filename=a.txt', 'none', 'a.txt'],
    ['', 'none', undefined],
    ['download', 'attachment', undefined],
  ])('%s', (line, type, fileName) => expect(readDisposition([line])).toMatchObject({ type, fileName }));

  it('lets one attachment among several lines win', () => {
    expect(readDisposition(['inline', 'attachment; filename=a'])).toEqual({
      type: 'attachment',
      fileName: 'a',
      irregular: true,
    });
    expect(readDisposition([])).toEqual({ type: 'none', fileName: undefined, irregular: false });
  });
});
