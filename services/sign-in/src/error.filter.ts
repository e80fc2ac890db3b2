import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { Request, Response } from 'express';
import { SIGN_IN, type SignIn } from './sign-in.ts';

/** The rim: whatever was not foreseen is logged once and told as nothing but a status. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const status = statusOf(error);
    // The path only: the query holds codes and states.
    if (status >= 500) this.signIn.log.error({ error, path: http.getRequest<Request>().path }, 'request failed');
    if (response.headersSent) return void response.end();
    const text =
      status === 404 ? 'Not found.' : status < 500 ? 'This request is not valid.' : 'Sign-in failed. Try again.';
    response.status(status).set('cache-control', 'no-store').type('text/plain').send(`${text}\n`);
  }
}

/** Status of Nest's and of the body parser's errors; everything else is ours. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
