// Ports of the embedded world. Those that people see are fixed and kept; the others are free ones of each start.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@gatehouse/testkit/free-port';
import { z } from 'zod';
import { WorldError } from './world-error.ts';

/** What people and browsers use. */
export const defaultPorts = {
  edgeHttp: 8080,
  edgeHttps: 8443,
  portal: 8082,
  idp: 9100,
  files: 9101,
  crm: 9102,
  mailWeb: 8025,
  smtp: 1025,
  smsWeb: 8026,
} as const;
export type PortName = keyof typeof defaultPorts;
export type Ports = Readonly<Record<PortName, number>>;

const names = Object.keys(defaultPorts) as PortName[];
const savedSchema = z.record(z.enum(names), z.number().int());

/** Wanted ports; 0 takes a free one. They are kept with the state: apps are stored with their ports in it. */
export async function choosePorts(stateFolder: string, wanted: Partial<Ports>): Promise<Ports> {
  const file = join(stateFolder, 'ports.json');
  const saved = existsSync(file) ? savedSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  const ports = { ...(saved ?? defaultPorts) } as Record<PortName, number>;
  for (const name of names) {
    const port = wanted[name];
    if (port === undefined) continue;
    if (saved && port !== 0 && port !== saved[name]) {
      throw new WorldError(
        `${stateFolder} was made with port ${saved[name]} for ${name}, not ${port}: add --fresh to begin anew`,
      );
    }
    if (!saved) ports[name] = port === 0 ? await freePort() : port;
  }
  for (const name of names) await requireFree(ports[name], name);
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

async function requireFree(port: number, name: PortName): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause && cause.code === 'EACCES' ? 'not allowed for you' : 'in use';
    throw new WorldError(
      `port ${port} (${name}) is ${why}: stop what listens there, or npm start -- --ports ${name}=<other port>`,
      {
        cause,
      },
    );
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
