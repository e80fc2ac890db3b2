/** A file that breaks its format's rules or a reader limit. */
export class LabelError extends Error {
  readonly code: 'CORRUPT' | 'LIMIT';
  constructor(code: 'CORRUPT' | 'LIMIT', where: string) {
    super(`${code}: ${where}`);
    this.name = 'LabelError';
    this.code = code;
  }
}

export function corrupt(where: string): never {
  throw new LabelError('CORRUPT', where);
}
export function overLimit(where: string): never {
  throw new LabelError('LIMIT', where);
}
