import { describe, expect, it } from 'vitest';
import { type Exchange, recognise } from './recognise.ts';
import { headerFields } from './request-kind.ts';

const navigation = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'upgrade-insecure-requests': '1' };
const fetched = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' };
const link = { 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'navigate' };
const image = { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' };
const docx = {
  mime: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  kind: 'document',
  extensions: ['docx'],
};
const pdf = { mime: 'application/pdf', kind: 'document', extensions: ['pdf'] };
const zip = { mime: 'application/zip', kind: 'archive', extensions: ['zip'] };

const judge = (
  requestHeaders: Exchange['requestHeaders'],
  type: string,
  more: Partial<Exchange> & { disposition?: string | string[] } = {},
) =>
  recognise({
    method: 'GET',
    url: '/x',
    status: 200,
    requestHeaders,
    responseHeaders: { 'content-type': type, 'content-disposition': more.disposition },
    ...more,
  });

describe('recognise', () => {
  it.each<[string, ReturnType<typeof judge>, string]>([
    ['attachment', judge(navigation, 'text/html', { disposition: 'attachment' }), 'download'],
    ['attachment in capitals', judge(navigation, 'text/html', { disposition: 'ATTACHMENT; filename=a' }), 'download'],
    ['unknown disposition', judge(navigation, 'text/html', { disposition: 'form-data; name=x' }), 'download'],
    ['quoted attachment', judge(navigation, 'text/html', { disposition: '"attachment"; filename=a' }), 'download'],
    ['inline and attachment', judge(navigation, 'text/html', { disposition: ['inline', 'attachment'] }), 'download'],
    ['image as attachment', judge(image, 'image/png', { disposition: 'attachment; filename="a.png"' }), 'download'],
    [
      'attachment with an error status',
      judge(navigation, 'text/html', { status: 404, disposition: 'attachment' }),
      'download',
    ],
    ['zip navigation', judge(navigation, 'application/zip'), 'download'],
    ['csv navigation', judge(navigation, 'text/csv'), 'download'],
    ['octet-stream navigation', judge(navigation, 'application/octet-stream'), 'download'],
    ['untyped docx navigation', judge(navigation, '', { sniffed: docx }), 'download'],
    ['docx called html', judge(navigation, 'text/html', { sniffed: docx }), 'download'],
    ['<a download> of text', judge(link, 'text/plain'), 'download'],
    ['fetch of a pdf', judge(fetched, 'application/pdf'), 'download'],
    ['fetch of a docx as octet-stream', judge(fetched, 'application/octet-stream', { sniffed: docx }), 'download'],
    ['fetch of a zip called json', judge(fetched, 'application/json', { sniffed: zip }), 'download'],
    [
      'pdf that claims to be a script',
      judge({ 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' }, 'text/javascript', { sniffed: pdf }),
      'download',
    ],
    [
      'base64 pdf in JSON',
      judge(fetched, 'application/json', { firstBytes: `{"content":"JVBERi0xLjQK${'A'.repeat(80)}"}` }),
      'download',
    ],
    [
      'base64 docx as data URL',
      judge(fetched, 'application/json', {
        firstBytes: `{"c":"data:application/zip;base64,UEsDBBQA${'b'.repeat(80)}"}`,
      }),
      'download',
    ],
    ['curl of a pdf', judge({ 'user-agent': 'curl/8' }, 'application/pdf'), 'download'],
    ['inline pdf', judge(navigation, 'application/pdf', { disposition: 'inline; filename=a.pdf' }), 'viewFile'],
    [
      'pdf in a frame',
      judge({ ...navigation, 'sec-fetch-dest': 'iframe' }, 'application/pdf', { sniffed: pdf }),
      'viewFile',
    ],
    ['picture in a tab', judge(navigation, 'image/png'), 'viewFile'],
    ['page', judge(navigation, 'text/html; charset=utf-8'), 'navigate'],
    ['redirect', judge(navigation, '', { status: 302 }), 'navigate'],
    ['API call', judge(fetched, 'application/json', { firstBytes: '{"a":"b"}' }), 'other'],
    ['image', judge(image, 'image/png'), 'other'],
    ['font', judge({ 'sec-fetch-dest': 'font', 'sec-fetch-mode': 'cors' }, 'application/octet-stream'), 'other'],
    ['script', judge({ 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' }, 'text/javascript'), 'other'],
    [
      'upload',
      judge({ ...fetched, 'content-type': 'multipart/form-data; boundary=x' }, 'application/json', { method: 'POST' }),
      'upload',
    ],
    [
      'form post to a file',
      judge({ ...navigation, 'content-type': 'application/x-www-form-urlencoded' }, 'application/vnd.ms-excel', {
        method: 'POST',
      }),
      'download',
    ],
  ])('%s', (_, result, activityType) => {
    expect(result.activityType).toBe(activityType);
    expect(result.signals.length).toBeGreaterThan(0);
  });

  it('reads raw headers without losing a line', () => {
    const raw = ['Content-Type', 'text/html', 'Content-Disposition', 'inline', 'content-disposition', 'attachment'];
    expect(judge(navigation, '', { responseHeaders: headerFields(raw) }).activityType).toBe('download');
  });

  it('names the file by disposition, else by URL', () => {
    expect(judge(navigation, 'application/zip', { url: '/a/Q3%20plan.zip?x=/y.exe' }).fileName).toBe('Q3 plan.zip');
    expect(
      judge(navigation, 'application/zip', { url: '/a.zip', disposition: 'attachment; filename=b.zip' }).fileName,
    ).toBe('b.zip');
    expect(judge(navigation, 'application/zip', { url: '/export' }).fileName).toBeUndefined();
  });
});
