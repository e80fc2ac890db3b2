// A WebSocket that sends back what it gets (RFC 6455), and a server-sent clock: what a live app does all day.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const maxFrame = 64 * 1024;
const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

type Frame = { first: number; opcode: number; payload: Buffer; length: number };

/** The next client frame in `buffer`; undefined: not all there yet; `invalid`: unmasked or over 64 KiB. */
export function readFrame(buffer: Buffer): Frame | 'invalid' | undefined {
  if (buffer.length < 2) return undefined;
  const short = buffer.readUInt8(1) & 0x7f;
  if ((buffer.readUInt8(1) & 0x80) === 0 || short === 127) return 'invalid';
  const head = short === 126 ? 4 : 2;
  if (buffer.length < head + 4) return undefined;
  const size = short === 126 ? buffer.readUInt16BE(2) : short;
  if (size > maxFrame) return 'invalid';
  const length = head + 4 + size;
  if (buffer.length < length) return undefined;
  const mask = buffer.subarray(head, head + 4);
  const payload = buffer.subarray(head + 4, length).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
  const first = buffer.readUInt8(0);
  return { first, opcode: first & 0x0f, payload: Buffer.from(payload), length };
}

function frame(first: number, payload: Buffer): Buffer {
  const head = payload.length < 126 ? Buffer.alloc(2) : Buffer.alloc(4);
  head.writeUInt8(first, 0);
  if (payload.length < 126) head.writeUInt8(payload.length, 1);
  else {
    head.writeUInt8(126, 1);
    head.writeUInt16BE(payload.length, 2);
  }
  return Buffer.concat([head, payload]);
}

function answer(socket: Duplex, { first, opcode, payload }: Frame): void {
  if (opcode === opcodes.close) socket.end(frame(0x80 | opcodes.close, payload));
  else if (opcode === opcodes.ping) socket.write(frame(0x80 | opcodes.pong, payload));
  else if (opcode !== opcodes.pong) socket.write(frame(first, payload));
}

/** Completes the handshake and echoes until the client closes. */
export function acceptLive(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const key = request.headers['sec-websocket-key'];
  if (!key || request.headers.upgrade?.toLowerCase() !== 'websocket') {
    socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    return;
  }
  const accept = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let waiting = head;
  const consume = (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let next = readFrame(waiting); next !== undefined; next = readFrame(waiting)) {
      if (next === 'invalid') {
        socket.end(frame(0x80 | opcodes.close, Buffer.from([0x03, 0xea])));
        return;
      }
      waiting = waiting.subarray(next.length);
      answer(socket, next);
      if (next.opcode === opcodes.close) return;
    }
  };
  socket.on('data', consume);
  socket.on('error', () => socket.destroy());
  consume(Buffer.alloc(0));
}

/** `text/event-stream` with the server's time every second. */
export function streamClock(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const tick = () => response.write(`event: time\ndata: ${new Date().toISOString()}\n\n`);
  tick();
  const timer = setInterval(tick, 1_000);
  response.on('close', () => clearInterval(timer));
}
