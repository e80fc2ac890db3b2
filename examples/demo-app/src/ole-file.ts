// A real, minimal Excel 97 workbook: BIFF8 records in the `Workbook` stream of an OLE2 compound file (MS-CFB, MS-XLS).

const sectorSize = 512;
const endOfChain = 0xfffffffe;
const freeSector = 0xffffffff;
const fatSector = 0xfffffffd;
/** Streams below this size would live in the mini stream, which this writer does not make. */
const miniCutoff = 4096;

function record(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(body.length, 2);
  return Buffer.concat([head, body]);
}

function bof(substream: number): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(0x0600, 0);
  body.writeUInt16LE(substream, 2);
  body.writeUInt16LE(0x0dbb, 4);
  body.writeUInt16LE(0x07cc, 6);
  return record(0x0809, body);
}

const end = record(0x000a, Buffer.alloc(0));

function unicodeString(text: string, lengthBytes: 1 | 2): Buffer {
  const head = Buffer.alloc(lengthBytes + 1);
  head.writeUIntLE(text.length, 0, lengthBytes);
  head[lengthBytes] = 1;
  return Buffer.concat([head, Buffer.from(text, 'utf16le')]);
}

function stringTable(strings: readonly string[]): Buffer {
  const counts = Buffer.alloc(8);
  counts.writeUInt32LE(strings.length, 0);
  counts.writeUInt32LE(strings.length, 4);
  return record(0x00fc, Buffer.concat([counts, ...strings.map((text) => unicodeString(text, 2))]));
}

function dimensions(rows: number, columns: number): Buffer {
  const body = Buffer.alloc(14);
  body.writeUInt32LE(rows, 4);
  body.writeUInt16LE(columns, 10);
  return record(0x0200, body);
}

function labelCell(row: number, column: number, stringIndex: number): Buffer {
  const body = Buffer.alloc(10);
  body.writeUInt16LE(row, 0);
  body.writeUInt16LE(column, 2);
  body.writeUInt32LE(stringIndex, 6);
  return record(0x00fd, body);
}

function boundSheet(name: string, offset: number): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt32LE(offset, 0);
  return record(0x0085, Buffer.concat([head, unicodeString(name, 1)]));
}

function workbookStream(rows: readonly (readonly string[])[]): Buffer {
  const strings = rows.flat();
  const globals = (sheetOffset: number) =>
    Buffer.concat([bof(0x0005), boundSheet('Sheet1', sheetOffset), stringTable(strings), end]);
  let index = 0;
  const cells = rows.flatMap((row, y) => row.map((_, x) => labelCell(y, x, index++)));
  const width = Math.max(...rows.map((row) => row.length));
  const sheet = Buffer.concat([bof(0x0010), dimensions(rows.length, width), ...cells, end]);
  const stream = Buffer.concat([globals(globals(0).length), sheet]);
  return Buffer.concat([stream, Buffer.alloc(Math.max(0, miniCutoff - stream.length))]);
}

type Entry = { name: string; type: number; child: number; start: number; size: number };

function directoryEntry({ name, type, child, start, size }: Entry): Buffer {
  const entry = Buffer.alloc(128);
  entry.write(name, 0, 'utf16le');
  entry.writeUInt16LE(name === '' ? 0 : (name.length + 1) * 2, 64);
  entry[66] = type;
  entry[67] = 1;
  entry.writeUInt32LE(freeSector, 68);
  entry.writeUInt32LE(freeSector, 72);
  entry.writeUInt32LE(child, 76);
  entry.writeUInt32LE(start, 116);
  entry.writeUInt32LE(size, 120);
  return entry;
}

function header(): Buffer {
  const head = Buffer.alloc(sectorSize);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(head);
  head.writeUInt16LE(0x003e, 24);
  head.writeUInt16LE(3, 26);
  head.writeUInt16LE(0xfffe, 28);
  head.writeUInt16LE(9, 30);
  head.writeUInt16LE(6, 32);
  head.writeUInt32LE(1, 44);
  head.writeUInt32LE(1, 48);
  head.writeUInt32LE(miniCutoff, 56);
  head.writeUInt32LE(endOfChain, 60);
  head.writeUInt32LE(endOfChain, 68);
  head.fill(0xff, 76);
  head.writeUInt32LE(0, 76);
  return head;
}

/** A one-sheet `.xls`. Sector 0 is the FAT, 1 the directory, the stream follows; so it holds about 60 KiB. */
export function oleWorkbook(rows: readonly (readonly string[])[]): Buffer {
  const stream = workbookStream(rows);
  const sectors = Math.ceil(stream.length / sectorSize);
  if (sectors + 2 > sectorSize / 4) throw new RangeError('workbook too large for one FAT sector');
  const fat = Buffer.alloc(sectorSize, 0xff);
  fat.writeUInt32LE(fatSector, 0);
  fat.writeUInt32LE(endOfChain, 4);
  for (let i = 0; i < sectors; i++) fat.writeUInt32LE(i === sectors - 1 ? endOfChain : i + 3, (i + 2) * 4);
  const directory = Buffer.concat([
    directoryEntry({ name: 'Root Entry', type: 5, child: 1, start: endOfChain, size: 0 }),
    directoryEntry({ name: 'Workbook', type: 2, child: freeSector, start: 2, size: stream.length }),
    directoryEntry({ name: '', type: 0, child: freeSector, start: 0, size: 0 }),
    directoryEntry({ name: '', type: 0, child: freeSector, start: 0, size: 0 }),
  ]);
  const padding = Buffer.alloc(sectors * sectorSize - stream.length);
  return Buffer.concat([header(), fat, directory, stream, padding]);
}
