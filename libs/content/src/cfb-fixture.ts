// A compound file of empty streams, for tests: header, one FAT sector, one directory sector.

export function cfb(
  names: readonly string[],
  head: { readonly stream: string; readonly bytes: Uint8Array } | undefined = undefined,
): Uint8Array {
  const bytes = new Uint8Array(512 * (head ? 12 : 4));
  const view = new DataView(bytes.buffer);
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  view.setUint16(30, 9, true);
  view.setUint32(48, 1, true);
  view.setUint32(76, 0, true);
  for (let at = 512; at < 1024; at += 4) view.setUint32(at, 0xfffffffe, true);
  names.forEach((name, index) => {
    const at = 1024 + index * 128;
    [...name].forEach((character, i) => {
      view.setUint16(at + i * 2, character.charCodeAt(0), true);
    });
    view.setUint16(at + 64, name.length * 2 + 2, true);
    bytes[at + 66] = 2;
    if (head?.stream !== name) return;
    view.setUint32(at + 116, 3, true);
    view.setUint32(at + 120, 4096, true);
    bytes.set(head.bytes, 512 * 4);
  });
  return bytes;
}
