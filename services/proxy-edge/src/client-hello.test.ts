import { connect, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { beforeAll, expect, it } from 'vitest';
import { readClientHello } from './client-hello.ts';

/** The first bytes that Node sends for a server name. */
function helloFor(servername: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.once('data', (bytes) => {
        resolve(bytes);
        socket.destroy();
        server.close();
      });
    });
    server.listen(0, '127.0.0.1', () => {
      const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
      connectTls({ socket, servername, rejectUnauthorized: false }).on('error', () => undefined);
    });
  });
}

let hello: Buffer;
beforeAll(async () => {
  hello = await helloFor('device.Gatehouse.localhost');
});

it('finds the name', () => {
  expect(readClientHello(hello)).toEqual({ type: 'hello', serverName: 'device.gatehouse.localhost' });
});

it('wants more until the last byte, wherever it is cut', () => {
  for (let at = 0; at < hello.length; at += 1) expect(readClientHello(hello.subarray(0, at))).toEqual({ type: 'more' });
});

it('reads a hello spread over many records', () => {
  const message = hello.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += 7) {
    const part = message.subarray(at, at + 7);
    records.push(Buffer.from([22, 3, 1, 0, part.length]), part);
  }
  expect(readClientHello(Buffer.concat(records))).toEqual({ type: 'hello', serverName: 'device.gatehouse.localhost' });
});

it('gives no name where there is none, or lengths lie', async () => {
  expect(readClientHello(await helloFor(''))).toEqual({ type: 'hello', serverName: undefined });
  for (let at = 9; at < hello.length; at += 1) {
    const bent = Buffer.from(hello);
    bent[at] = 255;
    expect(['hello', 'more']).toContain(readClientHello(bent).type);
  }
});

it.each(['GET / HTTP/1.1\r\n', '\x16\x02\x00\x00\x01', '\x16\x03\x01\x00\x04\x02\x00\x00\x00'])(
  '%j is no TLS',
  (text) => {
    expect(readClientHello(Buffer.from(text, 'latin1'))).toEqual({ type: 'other' });
  },
);
