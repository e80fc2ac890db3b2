const longest = 8192;

/**
 * A path and query that stays on its host, or undefined. Exactly one leading slash, printable ASCII, no backslash:
 * browsers read `//x`, `/\x` and `/<tab>/x` as another host.
 */
export function returnPath(value: unknown): string | undefined {
  if (value === undefined || value === '') return '/';
  if (typeof value !== 'string' || value.length > longest) return undefined;
  if (!/^\/(?!\/)[\x21\x24-\x5b\x5d-\x7e]*$/.test(value)) return undefined;
  const base = 'https://host.invalid';
  if (!URL.canParse(value, base)) return undefined;
  const { origin, pathname } = new URL(value, base);
  return origin === base && !pathname.startsWith('//') && !pathname.startsWith('/.gatehouse/') ? value : undefined;
}
