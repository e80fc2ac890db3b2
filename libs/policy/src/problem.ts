// What is wrong with a field of a policy, with the remedy (SPEC section 12).

export type Problem = {
  /** Path into the policy as written: `activity[0].values[1]`, `action.message`. */
  readonly field: string;
  readonly message: string;
  /** The permitted choices, where there is a closed list. */
  readonly permitted?: readonly string[];
};

/** A path as people write it. */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : at === 0 ? String(key) : `.${String(key)}`))
    .join('');
}

/** True for a plain object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
