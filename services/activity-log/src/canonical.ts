// One text per activity, whatever order its keys come back in from the database.

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What Postgres cannot store in jsonb (NUL, lone surrogates) is replaced; everything else stays as recorded. */
function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

/** The activity as plain JSON that the database gives back unchanged. */
export function storable(value: unknown): Json {
  if (typeof value === 'string') return storableText(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object') return null;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([key, each]) => [storableText(key), storable(each)]));
}

/** JSON with sorted keys and no spaces. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const entries = Object.entries(value as { readonly [key: string]: Json });
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(',')}}`;
}
