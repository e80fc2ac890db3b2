import { activityRowSchema } from '@gatehouse/contracts/queries';
import { expect, test } from 'vitest';
import { csvCell, exportHead, exportLine } from './activity.export.ts';

test.each([
  ['plain', 'plain'],
  [undefined, ''],
  [7, '7'],
  [-7, '-7'],
  [false, 'false'],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
  ['+1', '"\'+1"'],
  ['-1+cmd', '"\'-1+cmd"'],
  ['@SUM(A1)', '"\'@SUM(A1)"'],
  ['  =1', '"\'  =1"'],
  ['\t=1', '"\' =1"'],
  ['\r\n=1', '"\'  =1"'],
  ['\uff1d1', '"\'\uff1d1"'],
  ['a\nb', '"\'a b"'],
  ['a;=1', '"a;=1"'],
])('csv cell %j', (value, cell) => expect(csvCell(value)).toBe(cell));

const row = activityRowSchema.parse({
  id: '0198c1a0-0000-7000-8000-000000000001',
  referenceId: 'GH-7K3M-9QXT',
  time: '2026-01-01T00:00:00.000Z',
  app: 'files',
  host: 'files.acme.localhost',
  activityType: 'download',
  user: '=cmd|x@example.com',
  ip: '10.1.0.5',
  object: { name: 'a\r\n=1,"x".txt' },
  scan: { status: 'completed' },
  appliedAction: 'block',
  reason: 'POLICY',
});

test('a row is one line with as many cells as the head, whatever the file is called', () => {
  const line = exportLine('csv', row);
  expect(line.match(/\r\n/g)).toHaveLength(1);
  const cells = line.trimEnd().match(/("(?:[^"]|"")*"|[^,]*)(,|$)/g) ?? [];
  expect(cells.filter((cell) => cell !== '' || true).length - 1).toBe(exportHead('csv').split(',').length);
  expect(line).toContain('"\'=cmd|x@example.com"');
  expect(line).toContain('"\'a  =1,""x"".txt"');
});

test('NDJSON gives the row back', () => {
  const line = exportLine('ndjson', row);
  expect(line.match(/\n/g)).toHaveLength(1);
  expect(activityRowSchema.parse(JSON.parse(line))).toEqual(row);
  expect(exportHead('ndjson')).toBe('');
});
