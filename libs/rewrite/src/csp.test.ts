import { expect, it } from 'vitest';
import { admitScript } from './csp.ts';

const url = 'https://app.g.test/.gatehouse/client.js';
const own = { url, nonce: 'N' };

it.each([
  ["script-src 'self'; object-src 'none'", "script-src 'self'; object-src 'none'"],
  ["object-src 'none'", "object-src 'none'"],
  ["script-src 'none'", `script-src ${url}`],
  ["script-src https://cdn.test 'unsafe-inline'", `script-src https://cdn.test 'unsafe-inline' ${url}`],
  ["script-src 'nonce-abc'; img-src *", "script-src 'nonce-abc' 'nonce-N'; img-src *"],
  ["script-src 'self' 'nonce-abc'", "script-src 'self' 'nonce-abc' 'nonce-N'"],
  ["object-src 'none';  SCRIPT-SRC 'sha256-aaaa='", "object-src 'none'; SCRIPT-SRC 'sha256-aaaa=' 'nonce-N'"],
  ["script-src 'strict-dynamic' 'nonce-abc'", "script-src 'strict-dynamic' 'nonce-abc' 'nonce-N'"],
  ["script-src 'self'; script-src-elem https://cdn.test", `script-src 'self'; script-src-elem https://cdn.test ${url}`],
  ["default-src 'none'", `default-src 'none'; script-src ${url}`],
  ["default-src 'nonce-abc' https:;", "default-src 'nonce-abc' https:; script-src 'nonce-abc' https: 'nonce-N'"],
  [
    "default-src 'self'; script-src 'none', script-src 'nonce-b'",
    `default-src 'self'; script-src ${url},script-src 'nonce-b' 'nonce-N'`,
  ],
  ["script-src; img-src 'self'", `script-src ${url}; img-src 'self'`],
])('%s', (policy, admitted) => expect(admitScript(policy, own)).toBe(admitted));
