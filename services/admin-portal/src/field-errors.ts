// zod issues as field errors: path as admins read it, permitted values where there is a closed list.
import type { z } from 'zod';
import type { FieldError } from './problem.ts';

/** `['domains', 0, 'host']` → `domains[0].host`. */
export function fieldPath(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: fieldPath([...issue.path, key]), message: 'unknown field' }));
    }
    const field = fieldPath(issue.path);
    if (issue.code === 'invalid_value') {
      return [{ field, message: issue.message, permitted: issue.values.map(String) }];
    }
    return [{ field, message: issue.message }];
  });
}
