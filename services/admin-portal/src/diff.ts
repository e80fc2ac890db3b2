// Field by field difference of two stored objects, for the change audit.

export type Change = { readonly path: string; readonly from?: unknown; readonly to?: unknown };

const secretFields = new Set(['password', 'secretHash']);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lists are compared as a whole: their order carries meaning and their items have no identity. */
export function diff(from: unknown, to: unknown, path = ''): Change[] {
  if (isRecord(from) && isRecord(to)) {
    const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return keys.flatMap((key) => diff(from[key], to[key], path === '' ? key : `${path}.${key}`));
  }
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (secretFields.has(name)) return [{ path, to: 'changed' }];
  return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}
