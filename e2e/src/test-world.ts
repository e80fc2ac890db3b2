// The embedded world for the scenarios: free ports, a fresh state of its own, client addresses from a trusted header.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removePostgres } from '@gatehouse/testkit/postgres-server';
import { type Endpoints, startWorld } from '@gatehouse/tools/up';

export type Mail = { readonly subject: string; readonly text?: string };
export type Text = { readonly body: string };

export type TestWorld = {
  readonly endpoints: Endpoints & { readonly setupLink: string };
  /** Freezes a service (SIGSTOP): it is down for everyone who asks. */
  halt(name: string): Promise<void>;
  resume(name: string): Promise<void>;
  mails(): Promise<Mail[]>;
  texts(): Promise<Text[]>;
  stop(): Promise<void>;
};

const publicPorts = ['edgeHttp', 'edgeHttps', 'portal', 'idp', 'files', 'crm', 'mailWeb', 'smtp', 'smsWeb'] as const;

export async function startTestWorld(signIn: 'oidc' | 'saml' = 'oidc'): Promise<TestWorld> {
  const stateFolder = mkdtempSync(join(tmpdir(), 'gatehouse-e2e-'));
  const lines: string[] = [];
  const world = await startWorld({
    stateFolder,
    signIn,
    ports: Object.fromEntries(publicPorts.map((name) => [name, 0])),
    environment: {
      'proxy-edge': { TRUSTED_PROXIES: '127.0.0.1/32' },
      'sign-in': { CRL_INTERVAL_SECONDS: '1' },
    },
    print: (name, line) => {
      lines.push(`${name} ${line}`);
      if (process.env.E2E_LOG) console.log(name, line);
    },
  }).catch((error: unknown) => {
    throw new Error(`the world did not start: ${String(error)}\n${lines.slice(-40).join('\n')}`);
  });
  const { setupLink, ...endpoints } = world.endpoints();
  if (!setupLink) throw new Error('a fresh world has no set-up link');
  const signal = async (name: string, what: NodeJS.Signals) => {
    const pid = world.endpoints().pids[name];
    if (!pid) throw new Error(`${name} does not run`);
    process.kill(pid, what);
  };
  const list = async <T>(url: string) =>
    ((await (await fetch(`${url}/api/messages`)).json()) as { messages: T[] }).messages;
  return {
    endpoints: { ...endpoints, setupLink },
    halt: (name) => signal(name, 'SIGSTOP'),
    resume: (name) => signal(name, 'SIGCONT'),
    mails: () => list<Mail>(endpoints.mail),
    texts: () => list<Text>(endpoints.sms),
    async stop() {
      await world.stop();
      removePostgres(join(stateFolder, 'postgres'));
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
}
