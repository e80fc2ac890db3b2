import type { SealCrypto } from './seal.ts';

/** {@link SealCrypto} over a WebCrypto implementation, in Node `globalThis.crypto.subtle`. */
export function sealCryptoOf(subtle: SubtleCrypto): SealCrypto {
  const aes = (key: Uint8Array<ArrayBuffer>, use: 'encrypt' | 'decrypt') =>
    subtle.importKey('raw', key, 'AES-GCM', false, [use]);
  return {
    sha256: async (bytes) => new Uint8Array(await subtle.digest('SHA-256', bytes)),
    encrypt: async (key, iv, plain, additionalData) =>
      new Uint8Array(
        await subtle.encrypt({ name: 'AES-GCM', iv, additionalData, tagLength: 128 }, await aes(key, 'encrypt'), plain),
      ),
    decrypt: async (key, iv, sealed, additionalData) => {
      const imported = await aes(key, 'decrypt');
      try {
        const gcm = { name: 'AES-GCM', iv, additionalData, tagLength: 128 };
        return new Uint8Array(await subtle.decrypt(gcm, imported, sealed));
      } catch {
        return undefined;
      }
    },
  };
}
