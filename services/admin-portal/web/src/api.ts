// The portal API: same-origin fetch, CSRF token, problem+json as a typed error.

export type FieldError = {
  readonly field: string;
  readonly message: string;
  readonly permitted?: readonly string[];
  readonly line?: number;
  readonly column?: number;
};
export type Reference = { readonly type: string; readonly id: string; readonly name: string };
export type Problem = {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly current?: unknown;
  readonly usedBy?: readonly Reference[];
};
export type Me = {
  readonly user: { readonly id: string; readonly email: string; readonly role: 'admin' | 'operator' | 'reader' };
  readonly csrfToken: string;
  readonly suffix: string;
};
export type Stored<T> = {
  readonly version: number;
  readonly updatedAt: string;
  readonly updatedBy: string;
  readonly value: T;
};
export type Vocabulary = {
  readonly fields: readonly VocabularyField[];
  readonly contentTypes: readonly { readonly id: string; readonly name: string }[];
  readonly labels: readonly { readonly id: string; readonly name: string }[];
  readonly placeholders: readonly string[];
};
export type VocabularyField = {
  readonly field: string;
  readonly operators: readonly string[];
  readonly values?: readonly string[];
  readonly hint?: string;
  readonly accessPolicy: boolean;
};

export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

type Options = { readonly body?: unknown; readonly yaml?: string; readonly version?: number | '*' };

let csrfToken = '';

/** Kept in memory only; every page load asks `GET /me` again. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

function headersOf(method: string, { body, yaml, version }: Options): Headers {
  const headers = new Headers({ accept: 'application/json, application/problem+json' });
  if (method !== 'GET') headers.set('x-csrf-token', csrfToken);
  if (yaml !== undefined) headers.set('content-type', 'application/yaml');
  else if (body !== undefined) headers.set('content-type', 'application/json');
  if (version !== undefined) headers.set('if-match', version === '*' ? '*' : `"${version}"`);
  return headers;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: `The server answered ${response.status}`, status: response.status, code: 'UNKNOWN' };
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}

export async function api<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const { body, yaml } = options;
  const payload = yaml ?? (body === undefined ? undefined : JSON.stringify(body));
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: headersOf(method, options),
      ...(payload === undefined ? {} : { body: payload }),
    });
  } catch {
    throw new ApiError({
      title: 'The portal cannot be reached. Check your connection and try again.',
      status: 0,
      code: 'OFFLINE',
    });
  }
  if (!response.ok) throw new ApiError(await problemOf(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** `{a: 'x', b: ['y', 'z']}` → `?a=x&b=y&b=z`; empty values are left out. */
export function queryText(query: Record<string, string | number | readonly string[] | undefined>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') params.append(key, String(one));
    }
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

export function problemFrom(error: unknown): Problem | undefined {
  if (error === null || error === undefined) return undefined;
  if (error instanceof ApiError) return error.problem;
  return { title: error instanceof Error ? error.message : 'Something failed', status: 0, code: 'UNKNOWN' };
}
