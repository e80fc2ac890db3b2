// Answers that are not a success (RFC 9457), as one error the router turns into problem+json.

export type FieldError = {
  readonly field: string;
  readonly message: string;
  readonly permitted?: readonly string[];
  /** Where it is written, 1-based, if it came as YAML; the file only in a policy set. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
};
export type Reference = { readonly type: string; readonly id: string; readonly name: string };

const titles = {
  BAD_REQUEST: [400, 'Bad request'],
  UNAUTHENTICATED: [401, 'Sign in first'],
  FORBIDDEN: [403, 'Not allowed'],
  CSRF_REFUSED: [403, 'Request not from this portal'],
  SETUP_REFUSED: [403, 'Set-up link refused'],
  NOT_FOUND: [404, 'Not found or expired'],
  IN_USE: [409, 'Still in use'],
  LAST_ADMIN: [409, 'Last administrator'],
  CODE_OWNED: [409, 'Owned by code'],
  CONFLICT: [409, 'Already exists'],
  STALE_VERSION: [412, 'Changed by someone else'],
  TOO_LARGE: [413, 'Too large'],
  INVALID: [422, 'Some fields need attention'],
  VERSION_REQUIRED: [428, 'If-Match required'],
  TOO_MANY_ATTEMPTS: [429, 'Too many attempts'],
  INTERNAL: [500, 'Something failed on our side'],
  SERVICE_UNAVAILABLE: [503, 'A service did not answer'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof titles;

export type ProblemDetails = {
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly current?: unknown;
  readonly usedBy?: readonly Reference[];
  readonly retryAfterSeconds?: number;
};

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, details: ProblemDetails = {}) {
    super(details.detail ?? titles[code][1]);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return titles[this.code][0];
  }

  body(): Record<string, unknown> {
    const { retryAfterSeconds: _, ...details } = this.details;
    return { type: 'about:blank', title: titles[this.code][1], status: this.status, code: this.code, ...details };
  }
}
