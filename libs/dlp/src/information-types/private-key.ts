// Private keys in PEM armour (RFC 7468, OpenSSH, OpenPGP) and PuTTY files.
import { type InformationType, sample } from '../information-type.ts';

// The body cannot hold a dash, so the search stays linear however many headers a hostile file has.
const pem =
  /-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:[\s\\nr]{0,8}[A-Za-z-]{3,20}: [^\r\n\\]{1,100}){0,4}[A-Za-z0-9+/=\s\\"',:]{0,16384}(?:-----END (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----)?/g;
const putty =
  /PuTTY-User-Key-File-[23]: [a-z0-9-]{3,40}[^-]{1,4000}Private-Lines: \d{1,4}\s{1,4}[A-Za-z0-9+/=\s]{40,16384}/g;

export const privateKey: InformationType = {
  id: 'private-key',
  name: 'Private key',
  shapes: [
    { pattern: pem, sign: (raw) => raw.includes('-----END ') },
    { pattern: putty, sign: () => true },
  ],
  normalise: (raw) => body(raw).slice(0, 400),
  // A header alone, or dots for a body, is documentation. An Ed25519 key has 64 characters.
  validate: (key) => key.length >= 60 && new Set(key).size >= 16,
  keywords: {
    en: ['private key', 'secret key', 'id_rsa', 'id_ed25519', 'ssh key', 'keystore', 'client key', 'tls key'],
    de: ['privater Schlüssel', 'geheimer Schlüssel'],
  },
  samples: {
    match: [
      ...['RSA ', 'EC ', 'DSA ', '', 'OPENSSH ', 'ENCRYPTED '].map((kind) => sample(85, `«${armoured(kind)}»`)),
      ...['RSA ', 'EC ', ''].map((kind) => sample(85, `key:\n«${armoured(kind)}»\nmore text`)),
      sample(85, `«${armoured('', '\r\n')}»`),
      sample(85, `{"key":"«${armoured('', '\\n')}»"}`),
      sample(85, `  tls.key: |\n    «${armoured('', '\n    ')}»`),
      sample(75, `«${armoured('RSA ').split('\n-----END')[0]}»`),
      sample(85, `private key «${armoured('RSA ').split('\n-----END')[0]}»`),
      sample(85, `«${armoured('PGP ').replaceAll('KEY-----', 'KEY BLOCK-----')}»`),
      sample(85, `# id_rsa\n«${armoured('RSA ')}»`),
      sample(
        85,
        `«${armoured('RSA ', '\n', 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n')}»`,
      ),
      sample(
        85,
        `«PuTTY-User-Key-File-2: ssh-ed25519\nEncryption: none\nComment: laptop\nPublic\nPrivate-Lines: 1\n${bodyLine()}»`,
      ),
      sample(
        85,
        `«PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: x\nPrivate-Lines: 2\n${bodyLine()}\n${bodyLine()}»`,
      ),
      sample(85, `<key>«${armoured('EC ')}»</key>`),
    ],
    noMatch: [
      { text: '-----BEGIN PRIVATE KEY-----', why: 'a header alone' },
      { text: '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----', why: 'documentation' },
      { text: '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----', why: 'far too short' },
      { text: `-----BEGIN PRIVATE KEY-----\n${'x'.repeat(200)}\n-----END PRIVATE KEY-----`, why: 'a placeholder' },
      { text: '-----BEGIN RSA PRIVATE KEY-----\n<your key here>\n-----END RSA PRIVATE KEY-----', why: 'a placeholder' },
      { text: `${armoured('').replaceAll('PRIVATE', 'PUBLIC')}`, why: 'a public key' },
      { text: `${armoured('RSA ').replaceAll('PRIVATE', 'PUBLIC')}`, why: 'a public key' },
      { text: `${armoured('').replaceAll('PRIVATE KEY', 'CERTIFICATE')}`, why: 'a certificate' },
      { text: `${armoured('').replaceAll('PRIVATE KEY', 'CERTIFICATE REQUEST')}`, why: 'a certificate request' },
      { text: `${armoured('').replaceAll('PRIVATE KEY', 'PGP MESSAGE')}`, why: 'an encrypted message' },
      { text: `${armoured('').replaceAll('PRIVATE KEY', 'PGP SIGNATURE')}`, why: 'a signature' },
      { text: `${armoured('').replaceAll('PRIVATE KEY', 'DH PARAMETERS')}`, why: 'parameters' },
      { text: `${armoured('').replaceAll('-----', '---')}`, why: 'not PEM armour' },
      { text: `BEGIN PRIVATE KEY ${bodyLine()}`, why: 'no armour' },
      { text: 'the private key is kept in the vault', why: 'prose' },
      { text: '-----END PRIVATE KEY-----', why: 'a footer alone' },
      { text: `ssh-ed25519 ${bodyLine()} me@laptop`, why: 'a public key line' },
      { text: `-----begin private key-----\n${bodyLine()}`, why: 'lower case is no PEM' },
      { text: '-----BEGIN EC PRIVATE KEY-----$KEY-----END EC PRIVATE KEY-----', why: 'a template' },
      { text: 'PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: 6', why: 'the public half' },
      { text: `private key: ${'='.repeat(80)}`, why: 'a ruler' },
    ],
  },
};

function body(raw: string): string {
  return raw
    .replace(/\\[nr]/g, '')
    .replace(/-----[^-]{1,60}-----|^PuTTY[\s\S]{0,8000}?Private-Lines: \d+|[A-Z][A-Za-z]+-[A-Z][A-Za-z]+: [^\n]*/g, '')
    .replace(/[^A-Za-z0-9+/=]/g, '');
}

/** Looks like key material and is none. */
function bodyLine(): string {
  return 'c2FtcGxlLW9ubHktbm90LWEta2V5LXNhbXBsZS1vbmx5LW5vdC1hLWtleTEyMzQ1';
}

function armoured(kind: string, line = '\n', headers = ''): string {
  return [
    `-----BEGIN ${kind}PRIVATE KEY-----`,
    headers + bodyLine(),
    bodyLine(),
    `-----END ${kind}PRIVATE KEY-----`,
  ].join(line);
}
