import { describe, expect, it } from 'vitest';
import { acceptsJson, blockedFileName, contentDisposition, delivery, fillMessage, textFile } from './delivery.ts';
import { readDisposition } from './disposition.ts';

describe('delivery', () => {
  it.each([
    [{ 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }, 'navigation'],
    [{ 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }, 'navigation'],
    [{ 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'navigate' }, 'aDownload'],
    [{ 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'navigate', 'upgrade-insecure-requests': '1' }, 'navigation'],
    [{ 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }, 'fetch'],
    [{ 'x-requested-with': 'XMLHttpRequest' }, 'fetch'],
    [{ 'user-agent': 'curl/8', accept: '*/*' }, 'plainClient'],
    [{}, 'plainClient'],
    [{ accept: 'text/html' }, 'navigation'],
  ])('%j is a %s', (headers, kind) => expect(delivery('GET', headers)).toBe(kind));

  it('knows who wants JSON', () => {
    expect(acceptsJson({ accept: 'application/json, */*' })).toBe(true);
    expect(acceptsJson({ accept: '*/*' })).toBe(false);
  });

  it.each([
    ['Q3.xls', 'Q3.xls.txt'],
    [undefined, 'download.txt'],
    ['', 'download.txt'],
    ['..', 'download.txt'],
    ['../../etc/passwd', 'passwd.txt'],
    ['C:\\x\\Q3.xls', 'Q3.xls.txt'],
    ['a\u202Efdp.exe', 'afdp.exe.txt'],
    ['a\r\nb\u0000.txt', 'ab.txt.txt'],
    ['con.xls', '_con.xls.txt'],
    ['a:b"c.xls', 'a_b_c.xls.txt'],
    ['\u200b', 'download.txt'],
  ])('%j is replaced by %s', (name, text) => expect(blockedFileName(name)).toBe(text));

  it('fits file systems', () => {
    expect(new TextEncoder().encode(blockedFileName('€'.repeat(500))).length).toBeLessThanOrEqual(255);
  });

  it.each(['Q3.xls.txt', 'Ü €.xls.txt', `it's (1)*.txt`, 'a%20b.txt', '\ud800.txt'.toWellFormed()])(
    'names %s both ways',
    (name) => {
      const header = contentDisposition(name);
      expect(header).toMatch(/^[\x20-\x7e]*$/);
      expect(readDisposition([header])).toMatchObject({ type: 'attachment', fileName: name, irregular: false });
    },
  );

  it('fills messages once', () => {
    const template = '{fileName} from {appName}: {reference} {unknown} {constructor}';
    expect(fillMessage(template, { fileName: '{userName}', appName: 'Box', userName: 'eve', reference: 'GH-1' })).toBe(
      '{userName} from Box: GH-1 {unknown} {constructor}',
    );
    expect(fillMessage('{fileName}', {})).toBe('this file');
  });

  it('writes the text file', () => {
    expect(textFile({ message: 'No.', reference: 'GH-7K3M-9QXT', time: '2026-01-01T00:00:00Z' })).toBe(
      'No.\r\n\r\nReference: GH-7K3M-9QXT\r\nTime: 2026-01-01T00:00:00Z\r\n',
    );
  });
});
