// The viewer in the browser: takes a container, parks it while its reader signs in, opens it or shows its pages.
import { decodeBase64 } from '@gatehouse/label/base64';
import { bytesSource } from '@gatehouse/label/source';
import type { TdfCrypto } from '@gatehouse/label/tdf-crypto';
import { payloadOfHtml } from '@gatehouse/label/tdf-html';
import { openTdf, readTdf } from '@gatehouse/label/tdf-read';
import { dropParked, type Parked, park, parked } from './parking.ts';

type About = {
  readonly name: string;
  readonly label: string;
  readonly user: string;
  readonly rights: readonly string[];
};
type Answer =
  | ({ readonly type: 'export'; readonly wrappedKey: string } & About)
  | ({ readonly type: 'view' } & About)
  | { readonly type: 'denied'; readonly reason: string; readonly fileId: string }
  | { readonly type: 'signIn' | 'broken' };

const words: Readonly<Record<string, string>> = {
  unknownFile: 'This file is not known here. It may have been protected moments ago: try again in a minute.',
  revoked: 'Access to this file has been revoked.',
  expired: 'The time in which this file could be opened is over.',
  notPermitted: 'You are not among the people who may open it.',
  deviceNotCompliant: 'It opens on devices that your organisation manages only.',
  stepUpNeeded: 'It opens shortly after a sign-in with a second factor only. Sign in again and confirm it.',
  policy: 'The access rules of your organisation do not allow it from where you are now.',
};
const mayAsk = ['notPermitted', 'expired'];
const states = ['waiting', 'choose', 'sign-in', 'denied', 'export', 'broken', 'pages'];

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

function show(state: string): void {
  for (const id of states) element(id).hidden = id !== state;
}

function broken(text: string): void {
  element('broken-why').textContent = text;
  show('broken');
}

const own = (bytes: Uint8Array) => Uint8Array.from(bytes);
const hmacKey = (key: Uint8Array) =>
  crypto.subtle.importKey('raw', own(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
const aesKey = (key: Uint8Array, use: 'encrypt' | 'decrypt') =>
  crypto.subtle.importKey('raw', own(key), 'AES-GCM', false, [use]);

const webCrypto: TdfCrypto = {
  hmac: async (key, data) => new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(key), own(data))),
  sha256: async (data) => new Uint8Array(await crypto.subtle.digest('SHA-256', own(data))),
  encrypt: async (key, iv, plain) =>
    new Uint8Array(
      await crypto.subtle.encrypt({ name: 'AES-GCM', iv: own(iv) }, await aesKey(key, 'encrypt'), own(plain)),
    ),
  decrypt: async (key, iv, sealed) =>
    new Uint8Array(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv: own(iv) }, await aesKey(key, 'decrypt'), own(sealed)),
    ),
};

function call(path: string, method: string, body: BodyInit, type: string): Promise<Response> {
  return fetch(path, {
    method,
    body,
    headers: { 'content-type': type, 'x-gatehouse': 'viewer' },
    credentials: 'same-origin',
  });
}

function about({ name, label, user, rights }: About): void {
  // Deters only: whoever sees a page can photograph it.
  document.body.classList.toggle('no-print', !rights.includes('print'));
  element('bar-name').textContent = name;
  element('bar-label').textContent = label;
  element('bar-user').textContent = user;
  document.title = name;
  element('bar').hidden = false;
}

async function open(file: Parked): Promise<void> {
  show('waiting');
  const source = bytesSource(new Uint8Array(file.buffer));
  const container = openTdf(source);
  const { policy, keyAccess } = container.manifest.encryptionInformation;
  const pair = await crypto.subtle.generateKey(
    { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-1' },
    false,
    ['encrypt', 'decrypt'],
  );
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  const clientPublicKey = btoa(String.fromCharCode(...spki));
  const access = keyAccess.find(({ url }) => new URL(url).origin === location.origin) ?? keyAccess[0];
  const response = await call(
    '/viewer/open',
    'POST',
    JSON.stringify({ access, policy, clientPublicKey }),
    'application/json',
  );
  const answer = (await response.json()) as Answer;
  switch (answer.type) {
    case 'signIn':
      await park(file);
      return show('sign-in');
    case 'denied':
      await dropParked();
      return denied(answer);
    case 'broken':
      await dropParked();
      return broken('It is damaged, was changed, or does not belong to this server.');
    case 'view':
      about(answer);
      return pages(file);
    case 'export': {
      about(answer);
      const key = await crypto.subtle.decrypt('RSA-OAEP', pair.privateKey, decodeBase64(answer.wrappedKey));
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for await (const part of readTdf(source, container, new Uint8Array(key), webCrypto)) parts.push(own(part));
      await dropParked();
      return ready(answer.name, new Blob(parts, { type: 'application/octet-stream' }));
    }
  }
}

function ready(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  element('save').onclick = () => {
    const link = document.createElement('a');
    link.href = address;
    link.download = name;
    link.click();
  };
  show('export');
}

function denied({ reason, fileId }: { readonly reason: string; readonly fileId: string }): void {
  element('denied-why').textContent = words[reason] ?? 'It stays closed.';
  const form = element<HTMLFormElement>('request');
  form.hidden = !mayAsk.includes(reason);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const justification = element<HTMLTextAreaElement>('why').value;
    const response = await call(
      '/viewer/access-requests',
      'POST',
      JSON.stringify({ fileId, justification }),
      'application/json',
    );
    if (!response.ok) {
      element('request-note').textContent = 'Please give a reason of at least 10 characters.';
      return;
    }
    form.hidden = true;
    element('requested').hidden = false;
  };
  show('denied');
}

async function pages(file: Parked): Promise<void> {
  const response = await call('/viewer/views', 'PUT', new Blob([file.buffer]), 'application/octet-stream');
  const view = (await response.json()) as { type: string; id: string; pages: number; reason: string; fileId: string };
  if (view.type === 'denied') return denied(view);
  if (view.type === 'busy') return broken('Too many files are open at the moment. Try again in a few minutes.');
  if (view.type !== 'view') return broken('You may view this file, but its type cannot be shown in the browser yet.');
  await dropParked();
  const list = element('pages');
  for (let number = 1; number <= view.pages; number++) {
    const image = document.createElement('img');
    image.loading = number > 2 ? 'lazy' : 'eager';
    image.alt = `Page ${number} of ${view.pages}`;
    image.width = 1100;
    image.height = 1556;
    image.onload = () => {
      image.removeAttribute('height');
      image.removeAttribute('width');
    };
    image.onerror = () => broken('The file was closed. Open it again.');
    image.src = `/viewer/views/${view.id}/pages/${number}`;
    list.append(image);
  }
  show('pages');
}

function containerOf(name: string, buffer: ArrayBuffer): Parked {
  const head = new TextDecoder('latin1').decode(buffer.slice(0, 15));
  if (!head.toLowerCase().startsWith('<!doctype html')) return { name, buffer };
  return { name, buffer: decodeBase64(payloadOfHtml(new TextDecoder('latin1').decode(buffer))).buffer };
}

async function openSafely(name: string, buffer: ArrayBuffer): Promise<void> {
  try {
    await open(containerOf(name, buffer));
  } catch {
    await dropParked();
    broken('It is damaged or not a protected file.');
  }
}

function listen(): void {
  element<HTMLInputElement>('file').onchange = async (event) => {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file) await openSafely(file.name, await file.arrayBuffer());
  };
  window.addEventListener('message', (event) => {
    const data: unknown = event.data;
    if (event.source !== window.opener || typeof data !== 'object' || data === null) return;
    const { type, name, buffer } = data as { type?: unknown; name?: unknown; buffer?: unknown };
    if (type === 'gatehouse:container' && buffer instanceof ArrayBuffer) void openSafely(String(name), buffer);
  });
}

async function start(): Promise<void> {
  listen();
  const failed = new URLSearchParams(location.search).get('sign-in');
  const waiting = await parked();
  if (failed && waiting) {
    element('sign-in-note').textContent =
      failed === 'refused'
        ? 'The sign-in was refused or has expired. Try again.'
        : 'Signing in is not possible at the moment.';
    return show('sign-in');
  }
  if (waiting) return openSafely(waiting.name, waiting.buffer);
  show(window.opener ? 'waiting' : 'choose');
  // The opener's origin is not known (a file has none), and this says nothing but that the page is there.
  if (window.opener) (window.opener as Window).postMessage('gatehouse:ready', '*');
}

void start();
