// The app behind every proxy of the benchmark: JSON, a page full of links, a large file.
import { createServer } from 'node:http';

const origin = process.env.ORIGIN ?? '';
const link = `<p>Lorem ipsum dolor sit amet, consetetur sadipscing elitr. <a href="${origin}/item">item</a></p>\n`;
const html = Buffer.from(
  `<!doctype html><html><body>${link.repeat(Math.ceil((116 * 1024) / link.length))}</body></html>`,
);
const bodies: Record<string, readonly [string, Buffer]> = {
  '/json': ['application/json', Buffer.from(JSON.stringify({ ok: true, items: [1, 2, 3], name: 'small answer' }))],
  '/html': ['text/html; charset=utf-8', html],
  '/pass': ['image/png', Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(1024 * 1024 - 8, 7)])],
};

const server = createServer((request, response) => {
  const [type, body] = bodies[request.url ?? ''] ?? ['text/plain', Buffer.from('no')];
  response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
});
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
process.once('disconnect', () => process.exit(0));
