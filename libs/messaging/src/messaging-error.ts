// Why a request got no usable answer. PEPs map these to fail modes: unreachable follows the default behaviour, broken blocks.

export type MessagingErrorCode = 'UNREACHABLE' | 'TIMEOUT' | 'BROKEN' | 'REFUSED';

/** Thrown by `Messaging.request`. REFUSED carries the service's own words; BROKEN means malformed or a crashed handler. */
export class MessagingError extends Error {
  readonly code: MessagingErrorCode;

  constructor(code: MessagingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MessagingError';
    this.code = code;
  }
}
