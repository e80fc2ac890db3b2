// What the container library needs, from node:crypto.
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import type { TdfCrypto } from '@gatehouse/label/tdf-crypto';

export const serverCrypto: TdfCrypto = {
  hmac: (key, data) => createHmac('sha256', key).update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  encrypt(key, iv, plain) {
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  },
  decrypt(key, iv, sealed) {
    const decipher = createDecipheriv('aes-256-gcm', key, iv);
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  },
};
