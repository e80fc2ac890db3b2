// A compound file writer (MS-CFB, 512-byte sectors, one FAT sector) for tests.
type Storage = { readonly [name: string]: Uint8Array | Storage };
type Row = { name: string; type: number; right: number; child: number; start: number; size: number };

const free = 0xffffffff;
const end = 0xfffffffe;

/** Small streams go to the mini stream, as real writers do. */
export function compoundFile(root: Storage): Uint8Array {
  const sectors: Buffer[] = [];
  const fat: number[] = [0xfffffffd];
  const put = (bytes: Uint8Array): number => {
    if (bytes.length === 0) return end;
    const first = fat.length;
    const count = Math.ceil(bytes.length / 512);
    for (let i = 0; i < count; i++) {
      const sector = Buffer.alloc(512);
      sector.set(bytes.subarray(i * 512, i * 512 + 512));
      sectors.push(sector);
      fat.push(i === count - 1 ? end : first + i + 1);
    }
    return first;
  };
  const rows: Row[] = [{ name: 'Root Entry', type: 5, right: free, child: free, start: end, size: 0 }];
  const mini: Buffer[] = [];
  const miniFat: number[] = [];
  const putMini = (bytes: Uint8Array): number => {
    const first = miniFat.length;
    const count = Math.ceil(bytes.length / 64);
    const padded = Buffer.alloc(count * 64);
    padded.set(bytes);
    mini.push(padded);
    for (let i = 0; i < count; i++) miniFat.push(i === count - 1 ? end : first + i + 1);
    return first;
  };
  const addAll = (storage: Storage): number => {
    let next = free;
    for (const [name, content] of Object.entries(storage).reverse()) {
      const row: Row = { name, type: 1, right: next, child: free, start: end, size: 0 };
      next = rows.push(row) - 1;
      if (!(content instanceof Uint8Array)) row.child = addAll(content as Storage);
      else
        Object.assign(row, {
          type: 2,
          size: content.length,
          start: content.length < 4096 ? putMini(content) : put(content),
        });
    }
    return next;
  };
  const top = addAll(root);
  Object.assign(rows[0] as Row, {
    child: top,
    start: put(Buffer.concat(mini)),
    size: mini.reduce((n, b) => n + b.length, 0),
  });
  const miniFatStart = put(uint32s(miniFat));
  const directoryStart = put(Buffer.concat(rows.map(directoryEntry)));
  const table = Buffer.alloc(512, 0xff);
  uint32s(fat).copy(table);
  return Buffer.concat([header(directoryStart, miniFatStart), table, ...sectors]);
}

function uint32s(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [i, number] of numbers.entries()) bytes.writeUInt32LE(number, i * 4);
  return bytes;
}

function directoryEntry({ name, type, right, child, start, size }: Row): Buffer {
  const entry = Buffer.alloc(128);
  entry.write(name, 0, 'utf16le');
  entry.writeUInt16LE((name.length + 1) * 2, 64);
  entry[66] = type;
  entry.writeUInt32LE(free, 68);
  entry.writeUInt32LE(right, 72);
  entry.writeUInt32LE(child, 76);
  entry.writeUInt32LE(start, 116);
  entry.writeUInt32LE(size, 120);
  return entry;
}

function header(directoryStart: number, miniFatStart: number): Buffer {
  const head = Buffer.alloc(512, 0xff);
  head.fill(0, 0, 76);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(head);
  head.writeUInt16LE(3, 26);
  head.writeUInt16LE(9, 30);
  head.writeUInt16LE(6, 32);
  head.writeUInt32LE(1, 44);
  head.writeUInt32LE(directoryStart, 48);
  head.writeUInt32LE(4096, 56);
  head.writeUInt32LE(miniFatStart, 60);
  head.writeUInt32LE(end, 68);
  head.writeUInt32LE(0, 76);
  return head;
}

/** A DocumentSummaryInformation stream whose user-defined set holds these texts (code page 1252). */
export function summaryStream(properties: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(properties);
  const dictionary = Buffer.concat([
    uint32s([names.length]),
    ...names.map((name, i) => Buffer.concat([uint32s([i + 2, name.length + 1]), Buffer.from(`${name}\0`, 'latin1')])),
  ]);
  const padded = Buffer.concat([dictionary, Buffer.alloc((4 - (dictionary.length % 4)) % 4)]);
  const values = [uint32s([2, 1252]), ...Object.values(properties).map(ansi)];
  const ids = [0, 1, ...names.map((_, i) => i + 2)];
  let offset = 8 + ids.length * 8;
  const parts = [padded, ...values];
  const index = ids.flatMap((id, i) => {
    const at = offset;
    offset += parts[i]?.length ?? 0;
    return [id, at];
  });
  const set = Buffer.concat([uint32s([offset, ids.length, ...index]), ...parts]);
  const head = Buffer.alloc(48);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt32LE(1, 24);
  Buffer.from('05d5cdd59c2e1b10939708002b2cf9ae', 'hex').copy(head, 28);
  head.writeUInt32LE(48, 44);
  return Buffer.concat([head, set]);
}

function ansi(text: string): Buffer {
  const bytes = Buffer.from(`${text}\0`, 'latin1');
  return Buffer.concat([uint32s([0x1e, bytes.length]), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
