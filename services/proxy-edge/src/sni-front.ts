// One public port, two TLS servers: the name in the ClientHello decides which one gets the connection.
// Node asks for client certificates per server, not per name: a context out of SNICallback asks for none.
import { createServer, type Server, type Socket } from 'node:net';
import { readClientHello } from './client-hello.ts';

const mostHelloBytes = 16 * 1024;
const helloMs = 10_000;

/** Something that takes accepted sockets: a TLS server that does not listen itself. */
export type Acceptor = { emit(event: 'connection', socket: Socket): unknown };

/** A TCP server that hands each connection to the acceptor chosen by server name; undefined: none was sent. */
export function createFront(choose: (serverName: string | undefined) => Acceptor): Server {
  return createServer((socket) => {
    let seen = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), helloMs);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => clearTimeout(timer));
    const onData = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const hello = readClientHello(seen);
      if (hello.type === 'more' && seen.length < mostHelloBytes) return;
      clearTimeout(timer);
      socket.off('data', onData);
      socket.pause();
      if (hello.type === 'more') return void socket.destroy();
      socket.unshift(seen);
      choose(hello.type === 'hello' ? hello.serverName : undefined).emit('connection', socket);
    };
    socket.on('data', onData);
  });
}
