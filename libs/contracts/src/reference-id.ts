// The public handle of a decision; randomness is an argument.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `GH-7K3M-9QXT` from 8 random bytes, 5 bits of each. */
export function referenceId(random: (bytes: number) => Uint8Array): string {
  const text = Array.from(random(8), (byte) => alphabet[byte & 31]).join('');
  return `GH-${text.slice(0, 4)}-${text.slice(4)}`;
}
