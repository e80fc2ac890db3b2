export class IdentityProviderError extends Error {
  readonly code: 'UNREACHABLE' | 'REFUSED' | 'MISCONFIGURED';
  constructor(code: IdentityProviderError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
