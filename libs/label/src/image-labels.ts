// JPEG, PNG and TIFF: `MSIP_Label_*` in an XMP packet. Files other than JPEG and PNG are read only.
import { latin1, startsWith, view } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { corrupt, overLimit } from './label-error.ts';
import { labelsOf } from './msip.ts';
import type { LabelFormat } from './read.ts';
import type { Piece, Source } from './source.ts';
import { xmpLabelProperties } from './xmp.ts';

const maxPacket = 4 * 1024 * 1024;
const maxSteps = 100_000;
const jpegHeader = 'http://ns.adobe.com/xap/1.0/\0';
const pngKeyword = 'XML:com.adobe.xmp\0';

/** Where the packet is or should go; `at` and `length` span what a new one replaces. */
type PacketPlace = { readonly at: number; readonly length: number; readonly packet: Uint8Array | undefined };

function reading(packet: Uint8Array | undefined) {
  const labels = packet ? labelsOf(xmpLabelProperties(packet)) : [];
  return { state: labels.length > 0 ? ('labelled' as const) : ('none' as const), labels };
}

/** JPEG segments up to the scan (ISO 10918-1, B.1.1.2; XMP part 3, 1.1.3). */
function jpegPlace(source: Source): PacketPlace {
  let insertAt = 2;
  for (let at = 2, step = 0; step < maxSteps; step++) {
    const head = source.read(at, 4);
    const marker = head[1] ?? 0;
    if (head[0] !== 0xff) return corrupt('JPEG marker');
    if (marker === 0xff) at += 1;
    else if (marker === 0xda || marker === 0xd9) return { at: insertAt, length: 0, packet: undefined };
    else {
      const length = view(head).getUint16(2);
      if (length < 2) return corrupt('JPEG segment');
      if (marker === 0xe1 && length > jpegHeader.length + 2) {
        const data = source.read(at + 4, length - 2);
        if (latin1(data.subarray(0, jpegHeader.length)) === jpegHeader)
          return { at, length: length + 2, packet: data.subarray(jpegHeader.length) };
      }
      at += 2 + length;
      // JFIF and Exif want to be first.
      if (marker === 0xe0 || marker === 0xe1) insertAt = at;
    }
  }
  return overLimit('JPEG segments');
}

function jpegSegment(packet: Uint8Array): Uint8Array {
  const length = 2 + jpegHeader.length + packet.length;
  if (length > 0xffff) overLimit('JPEG XMP');
  const segment = new Uint8Array(length + 2);
  segment.set([0xff, 0xe1, length >> 8, length & 0xff]);
  segment.set(new TextEncoder().encode(jpegHeader), 4);
  segment.set(packet, 4 + jpegHeader.length);
  return segment;
}

/** PNG chunks (ISO 15948); the packet is an uncompressed iTXt chunk. */
function pngPlace(source: Source): PacketPlace {
  let insertAt = 0;
  for (let at = 8, step = 0; step < maxSteps; step++) {
    const head = source.read(at, 8);
    const length = view(head).getUint32(0);
    const type = latin1(head.subarray(4));
    if (type === 'IHDR') insertAt = at + 12 + length;
    if (type === 'IEND') return { at: insertAt || corrupt('PNG header'), length: 0, packet: undefined };
    if (type === 'iTXt') {
      const start = source.read(at + 8, Math.min(length, pngKeyword.length));
      if (latin1(start) === pngKeyword) return { at, length: length + 12, packet: pngPacket(source, at + 8, length) };
    }
    at += 12 + length;
  }
  return overLimit('PNG chunks');
}

function pngPacket(source: Source, at: number, length: number): Uint8Array {
  if (length > maxPacket) overLimit('PNG XMP');
  const data = source.read(at, length);
  const flagAt = pngKeyword.length;
  if (data[flagAt] !== 0) corrupt('compressed PNG XMP');
  const language = data.indexOf(0, flagAt + 2);
  const translated = data.indexOf(0, language + 1);
  if (language === -1 || translated === -1) corrupt('PNG text');
  return data.subarray(translated + 1);
}

function pngChunk(packet: Uint8Array): Uint8Array {
  const data = new Uint8Array(4 + pngKeyword.length + 4 + packet.length);
  data.set(new TextEncoder().encode(`iTXt${pngKeyword}`));
  data.set(packet, 4 + pngKeyword.length + 4);
  const chunk = new Uint8Array(data.length + 8);
  view(chunk).setUint32(0, data.length - 4);
  chunk.set(data, 4);
  view(chunk).setUint32(data.length + 4, crc32(data));
  return chunk;
}

/** TIFF tag 700 of the first directory. */
function tiffPacket(source: Source): Uint8Array | undefined {
  const head = source.read(0, 8);
  const little = head[0] === 0x49;
  const directory = view(head).getUint32(4, little);
  const count = view(source.read(directory, 2)).getUint16(0, little);
  const entries = view(source.read(directory + 2, count * 12));
  for (let i = 0; i < count; i++) {
    if (entries.getUint16(i * 12, little) !== 700) continue;
    const length = entries.getUint32(i * 12 + 4, little);
    if (length > maxPacket) overLimit('TIFF XMP');
    return source.read(entries.getUint32(i * 12 + 8, little), length);
  }
  return undefined;
}

export type XmpCarrier = LabelFormat & {
  /** The present packet, and the file with another one. */
  packet(source: Source): { packet: Uint8Array | undefined; replace(packet: Uint8Array): Piece[] };
};

function carrier(
  name: string,
  magic: readonly number[],
  place: (source: Source) => PacketPlace,
  wrap: (packet: Uint8Array) => Uint8Array,
): XmpCarrier {
  return {
    name,
    matches: (head) => startsWith(head, magic),
    read: (source) => reading(place(source).packet),
    packet(source) {
      const { at, length, packet } = place(source);
      const end = at + length;
      const rest = { at: end, length: source.size - end };
      return { packet, replace: (next) => [{ at: 0, length: at }, wrap(next), rest] };
    },
  };
}

export const xmpCarriers: readonly XmpCarrier[] = [
  carrier('jpeg', [0xff, 0xd8, 0xff], jpegPlace, jpegSegment),
  carrier('png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], pngPlace, pngChunk),
];

const tiffFormat: LabelFormat = {
  name: 'tiff',
  matches: (head) => startsWith(head, [0x49, 0x49, 42, 0]) || startsWith(head, [0x4d, 0x4d, 0, 42]),
  read: (source) => reading(tiffPacket(source)),
};

export const imageFormats: readonly LabelFormat[] = [...xmpCarriers, tiffFormat];
