// nginx as the yardstick: one worker that rewrites with sub_filter, and the same server passing through.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** nginx from PATH or /usr/sbin, if it can rewrite. */
export function findNginx(): { readonly binary: string } | { readonly missing: string } {
  const folders = [...(process.env.PATH ?? '').split(':').filter(Boolean), '/usr/sbin'];
  const binary = folders.map((folder) => join(folder, 'nginx')).find(isExecutable);
  if (!binary) return { missing: 'no nginx in PATH or /usr/sbin' };
  const version = execFileSync('sh', ['-c', '"$0" -V 2>&1', binary], { encoding: 'utf8' });
  return version.includes('http_sub_module') ? { binary } : { missing: `${binary} has no http_sub_module` };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export type Nginx = { readonly process: ChildProcess; workers(): number[] };
type Ports = { readonly rewriting: number; readonly passing: number; readonly upstream: number };

export function startNginx(
  binary: string,
  folder: string,
  ports: Ports,
  realOrigin: string,
  publicOrigin: string,
): Nginx {
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configuration(folder, ports, realOrigin, publicOrigin));
  const child = spawn(binary, ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], { stdio: 'inherit' });
  const children = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return { process: child, workers: () => children().trim().split(' ').filter(Boolean).map(Number) };
}

function configuration(folder: string, ports: Ports, realOrigin: string, publicOrigin: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const proxy = `location / {
    proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Accept-Encoding "";`;
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000; ${temporary.join(' ')}
  upstream app { server 127.0.0.1:${ports.upstream}; keepalive 64; keepalive_requests 1000000; }
  server { listen 127.0.0.1:${ports.rewriting}; ${proxy}
    sub_filter_once off; sub_filter_types application/json; sub_filter '${realOrigin}' '${publicOrigin}'; } }
  server { listen 127.0.0.1:${ports.passing}; ${proxy} } }
}
`;
}
