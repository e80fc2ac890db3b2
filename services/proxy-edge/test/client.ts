// Requests as browsers and programs send them, and their answers as they come.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { publicHost } from './world.ts';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
};

export type Ask = {
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly host?: string;
  readonly body?: string | Buffer;
};

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const browser = { 'user-agent': chrome, 'accept-language': 'en-GB,en;q=0.9' };

export const navigation = {
  ...browser,
  accept: 'text/html,*/*;q=0.8',
  'upgrade-insecure-requests': '1',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};
export const linkDownload = { ...browser, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty' };
export const script = { ...browser, accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
export const program = { 'user-agent': 'curl/8.5.0', accept: '*/*' };

export function ask(port: number, path: string, options: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { cookie, headers = navigation, method = 'GET', host = `${publicHost}:${port}`, body } = options;
    const sent = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method,
        agent: false,
        headers: { host, ...headers, ...(cookie ? { cookie } : {}) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString('utf8') });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Raw bytes out, all bytes back until the edge closes (or 2 s of silence). */
export function askRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

/** A page without the tag of our script. */
export const untagged = (page: string): string =>
  page.replace(/<script src="\/\.gatehouse\/client\.js" nonce="[\w+/=]+"><\/script>/, '');

export async function until<T>(what: () => T | undefined | false, timeoutMs = 5_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = what();
    if (value) return value;
    if (Date.now() > end) throw new Error('did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
