// Reads the server name out of a TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3) before TLS begins.

export type Hello =
  /** Not all of it has arrived. */
  | { readonly type: 'more' }
  | { readonly type: 'hello'; readonly serverName: string | undefined }
  /** Not the beginning of a TLS connection. */
  | { readonly type: 'other' };

const handshakeRecord = 22;
const clientHello = 1;
const serverNameExtension = 0;

/** Reads `bytes`, the first ones of a connection; the hello may be cut anywhere and spread over records. Never throws. */
export function readClientHello(bytes: Buffer): Hello {
  const message = handshakeBytes(bytes);
  if (message === 'other') return { type: 'other' };
  if (message.length < 4) return { type: 'more' };
  if (message[0] !== clientHello) return { type: 'other' };
  const end = 4 + message.readUIntBE(1, 3);
  if (message.length < end) return { type: 'more' };
  return { type: 'hello', serverName: serverNameIn(message.subarray(4, end)) };
}

/** Content of the handshake records, put together. */
function handshakeBytes(bytes: Buffer): Buffer | 'other' {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== handshakeRecord || (bytes[at + 1] ?? 3) !== 3) return 'other';
    if (at + 5 > bytes.length) break;
    const length = bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return Buffer.concat(parts);
}

function serverNameIn(hello: Buffer): string | undefined {
  try {
    // Version and random, then three vectors: session id, cipher suites, compression methods.
    let at = 2 + 32;
    at += 1 + hello.readUInt8(at);
    at += 2 + hello.readUInt16BE(at);
    at += 1 + hello.readUInt8(at);
    const end = at + 2 + hello.readUInt16BE(at);
    for (at += 2; at + 4 <= end; ) {
      const [type, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)];
      if (type === serverNameExtension) return hostNameIn(hello.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
  } catch {
    // Lengths that lead outside: TLS itself will refuse it.
  }
  return undefined;
}

function hostNameIn(list: Buffer): string | undefined {
  if (list.readUInt8(2) !== 0) return undefined;
  const length = list.readUInt16BE(3);
  return list
    .subarray(5, 5 + length)
    .toString('latin1')
    .toLowerCase();
}
