// The portal's API for the command line: bearer token, problem+json as a CommandError.
import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { CommandError } from './command-error.ts';
import type { Connection } from './config.ts';

export type FieldError = {
  readonly field: string;
  readonly message: string;
  readonly permitted?: readonly string[];
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
};

type Reply = { readonly status: number; readonly text: string };
type Sent = {
  readonly type: string;
  readonly body: unknown;
  /** Where a file that the portal names lies here. */
  readonly fileHere: (path: string) => string;
};

/** `*.localhost` is this machine, which browsers know and resolvers may not. */
const resolve: typeof lookup = ((host: string, options: never, done: never) =>
  lookup(host.endsWith('.localhost') ? 'localhost' : host, options, done)) as typeof lookup;

const timeoutMs = 60_000;

function send({ url, token }: Connection, method: string, path: string, sent: Sent | undefined): Promise<Reply> {
  const target = new URL(`/api/v1${path}`, url);
  const body = sent === undefined ? undefined : JSON.stringify(sent.body);
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { 'content-type': sent?.type, 'content-length': Buffer.byteLength(body) }),
  };
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((done, failed) => {
    const outgoing = request(target, { method, headers, lookup: resolve, timeout: timeoutMs }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        done({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
      response.on('error', failed);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 60 s')));
    outgoing.on('error', failed);
    outgoing.end(body);
  });
}

/** The parsed answer; throws CommandError with one line per bad field. Answers are trusted as far as the portal is. */
export async function ask<T>(connection: Connection, method: string, path: string, sent?: Sent): Promise<T> {
  const reply = await send(connection, method, path, sent).catch((error: unknown) => {
    const cause = error instanceof Error ? error.message || String(error.cause ?? error.name) : String(error);
    throw new CommandError(
      `the portal at ${connection.url} cannot be reached (${cause}): check GATEHOUSE_URL and that it runs`,
    );
  });
  const json = parse(reply.text);
  if (reply.status >= 200 && reply.status < 300 && json !== undefined) return json as T;
  throw refusal(connection, reply.status, (json ?? {}) as Problem, sent?.fileHere);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Problem = { readonly title?: string; readonly detail?: string; readonly errors?: readonly FieldError[] };

function refusal(
  { url }: Connection,
  status: number,
  problem: Problem,
  fileHere: Sent['fileHere'] = (path) => path,
): CommandError {
  if (status === 401) {
    return new CommandError(
      `the portal at ${url} does not accept this token: it is wrong, revoked or expired; make a new one under API tokens`,
    );
  }
  const errors = (problem.errors ?? []).map((error) =>
    errorLine(error.file === undefined ? error : { ...error, file: fileHere(error.file) }),
  );
  const summary =
    problem.detail ?? problem.title ?? `the portal at ${url} answered ${status}, which is no answer of Gatehouse`;
  return new CommandError(...errors, summary);
}

/** `file:line:column: field: message (one of: …)`. */
export function errorLine({ file, line, column, field, message, permitted = [] }: FieldError): string {
  const place = file === undefined ? '' : `${file}:${line ?? 1}:${column ?? 1}: `;
  const choices = permitted.length === 0 ? '' : ` (one of: ${permitted.join(', ')})`;
  return `${place}${field === '' || field === 'yaml' ? '' : `${field}: `}${message}${choices}`;
}
