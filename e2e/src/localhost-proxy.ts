// Chromium knows that *.localhost is this machine, Node does not: where Playwright connects in the browser's place
// (client certificates), it goes through this proxy, which only ever connects to loopback.
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export type LocalhostProxy = { readonly url: string; close(): void };

export async function startLocalhostProxy(): Promise<LocalhostProxy> {
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on('connect', (request, client, head) => {
    const port = Number(/:(\d{1,5})$/.exec(request.url ?? '')?.[1]);
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      if (head.length > 0) upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
