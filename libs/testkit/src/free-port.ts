// A port nobody listens on right now, and that nobody is given by chance before it is used.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the ports that kernels give to outgoing connections and to `listen(0)` (Linux from 32768, IANA from 49152): one
// of those may be taken again before the program that it was meant for listens.
const lowest = 15_000;
const above = 32_000;
const given = new Set<number>();

/** A free loopback port outside the kernel's own range; never the same twice in one process. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowest, above);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${lowest} and ${above}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  } catch {
    return false;
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return true;
}
