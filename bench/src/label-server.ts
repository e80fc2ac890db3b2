// Starts the labeler's data plane and sends it files.
import { fork } from 'node:child_process';
import { request } from 'node:http';

export type ProtectServer = {
  /** Sends a file and reads the container to its end; throws unless it was protected. */
  send(bytes: Uint8Array): Promise<void>;
  /** MiB the peak grew by since `reset`. */
  rss(what: 'reset' | 'growth'): Promise<number>;
  stop(): void;
};

type Message = { type: string; port?: number; id?: string; token?: string; growth?: number };

export async function startProtectServer(): Promise<ProtectServer> {
  const child = fork(new URL('./label-process.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  const next = () => new Promise<Message>((resolve) => child.once('message', (message) => resolve(message as Message)));
  const { port } = await next();
  const ask = (question: string) => {
    const answer = next();
    child.send(question);
    return answer;
  };
  return {
    async send(bytes) {
      const { id, token } = await ask('ticket');
      await new Promise<void>((resolve, reject) => {
        const headers = { authorization: `Bearer ${token}`, 'content-length': bytes.length };
        const sent = request({ host: '127.0.0.1', port, method: 'POST', path: `/protect/${id}`, headers }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
          answer.resume().on('end', resolve).on('error', reject);
        });
        sent.on('error', reject).end(bytes);
      });
    },
    rss: async (what) => (await ask(what)).growth ?? 0,
    stop: () => child.kill(),
  };
}
