// Real documents and containers of the corpus.
import { constants, createPrivateKey, privateDecrypt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { applied, applyLabel } from '../src/apply.ts';
import { readLabels } from '../src/read.ts';
import { bytesSource } from '../src/source.ts';
import { decodeHash, isAssertionBound, isBound } from '../src/tdf-integrity.ts';
import { versionOf } from '../src/tdf-manifest.ts';
import { openTdf, readTdf } from '../src/tdf-read.ts';
import { corpusFolder } from './corpus-folder.ts';
import { nodeCrypto as crypto } from './node-crypto.ts';

const documents = corpusFolder('dlp/documents');
const containers = corpusFolder('tdf');

const inflate = (raw: Uint8Array, maxBytes: number) => inflateRawSync(raw, { maxOutputLength: maxBytes });
const site = 'aaaaaaaa-0000-4000-8000-000000000001';
const id = '22222222-0000-4000-8000-000000000002';
const ranks = { sites: new Set([site]), priorities: new Map([[id, 20]]) };
const stamp = {
  ...{ id, siteId: site, name: 'Secret', priority: 20, setDate: '2026-01-02T03:04:05Z', contentBits: 0 },
  actionId: '44444444-0000-4000-8000-000000000004',
};

describe('real documents', () => {
  const files = readdirSync(documents, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  it('are labelled, keep foreign labels, or are left alone with a reason', () => {
    let written = 0;
    const failed: string[] = [];
    for (const file of files) {
      const bytes = new Uint8Array(readFileSync(file));
      const source = bytesSource(bytes);
      const before = readLabels(bytes, { inflate });
      const marks = { header: 'Secret', footer: 'kim', watermark: 'SECRET' };
      const result = applyLabel(source, stamp, { inflate, ranks, marks });
      if (result.type === 'unchanged') {
        if (result.reason === 'failed') failed.push(file.slice(documents.length));
        continue;
      }
      written++;
      const after = readLabels(applied(source, result), { inflate });
      const ids = (reading: typeof before) => reading.labels.map((label) => label.id).sort();
      expect(ids(after), file).toEqual([...ids(before), id].sort());
    }
    console.info(`labelled ${written} of ${files.length} files; writing failed for: ${failed.join(', ') || 'none'}`);
    expect(written).toBeGreaterThan(20);
  });
});

describe('golden containers', () => {
  type Key = { kid: string; alg: string; privateKey: string };
  const keys: Key[] = JSON.parse(gunzipSync(readFileSync(join(containers, 'extra-keys.json.gz'))).toString());
  // The key of key-management-no-split-golden.tdf is not among the published ones.
  const files = readdirSync(containers).filter((name) => name.endsWith('.tdf') && !name.startsWith('key-management'));
  it.each(files)('%s opens with its key', async (name) => {
    const source = bytesSource(new Uint8Array(readFileSync(join(containers, name))));
    const opened = openTdf(source);
    const { keyAccess, policy, integrityInformation } = opened.manifest.encryptionInformation;
    let length: number | undefined;
    for (const access of keyAccess) {
      for (const { privateKey } of keys.filter(({ kid, alg }) => alg === 'rsa:2048' && kid === (access.kid ?? kid))) {
        const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
        let key: Uint8Array;
        try {
          key = privateDecrypt(
            { key: createPrivateKey(privateKey), ...padding },
            Buffer.from(access.wrappedKey, 'base64'),
          );
        } catch {
          continue;
        }
        if (!(await isBound(crypto, key, policy, access.policyBinding))) continue;
        length = 0;
        for await (const chunk of readTdf(source, opened, key, crypto)) length += chunk.length;
        const tags = integrityInformation.segments.map(({ hash }) => decodeHash(hash, 16));
        for (const assertion of opened.manifest.assertions ?? []) {
          const java = typeof assertion.statement.value === 'object';
          const bound = await isAssertionBound(crypto, key, assertion, tags, versionOf(opened.manifest));
          if (!java) expect(bound, assertion.id).toBe(true);
        }
      }
    }
    expect(length).toBe(integrityInformation.segments.reduce((sum, one) => sum + (one.segmentSize ?? 0), 0));
  });
});
