// Addresses as whole numbers: the plainest way to say what a range holds.

type Parsed = { readonly bits: 32 | 128; readonly number: bigint };

function parse(text: string): Parsed | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) {
    return { bits: 32, number: text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  if (!text.includes(':')) return undefined;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const low = parse(dotted[2]!)!.number;
    return parse(`${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`);
  }
  const [before = '', after] = text.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const zeros = after === undefined ? 0 : 8 - groups(before).length - groups(after).length;
  const written = [...groups(before), ...Array.from({ length: zeros }, () => '0'), ...groups(after)];
  const number = written.reduce((sum, part) => sum * 65536n + BigInt(`0x${part}`), 0n);
  return number >> 32n === 0xffffn ? { bits: 32, number: number & 0xffffffffn } : { bits: 128, number };
}

/** One spelling per address. */
export function canonical(text: string): string {
  const parsed = parse(text);
  if (parsed === undefined) return text;
  if (parsed.bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (parsed.number >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((parsed.number >> BigInt(112 - at * 16)) & 0xffffn).toString(16),
  );
  return groups.join(':');
}

/** Whether a CIDR, or an address standing for itself, holds the address. */
export function addressIn(text: string, range: string): boolean {
  const [written = '', prefix] = range.split('/');
  const [seen, base] = [parse(text), parse(written)];
  if (seen === undefined || base === undefined || seen.bits !== base.bits) return false;
  const mapped = written.includes(':') && base.bits === 32;
  const length = prefix === undefined ? base.bits : Number(prefix) - (mapped ? 96 : 0);
  const shift = BigInt(base.bits - length);
  return seen.number >> shift === base.number >> shift;
}
