// Keyed stand-ins: a hash that nobody can undo, and a text that the key's owner can. Both are the same for the same value.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

const NONCE = 12;
const TAG = 16;

/** A caller's own key. @param secret the config's `privacy.key` */
export const callerKey = (secret: string, caller: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, 'tiergate privacy', caller, 32));

const subkey = (key: Buffer, use: string): Buffer => createHmac('sha256', key).update(use).digest();

/** 48 bits of HMAC-SHA256, as 12 hexadecimal digits. */
export const hashOf = (value: string, type: string, key: Buffer): string =>
  createHmac('sha256', subkey(key, 'hash')).update(`${type}\0${value}`).digest('hex').slice(0, 12);

/**
 * `[EMAIL:enc:...]`: AES-256-GCM with a nonce that is an HMAC of the value, so that equal values look equal and no nonce serves
 * two of them (the construction of RFC 5297, with GCM in place of CTR).
 */
export function encryptValue(value: string, type: string, key: Buffer): string {
  const nonce = createHmac('sha256', subkey(key, 'nonce'))
    .update(`${type}\0${value}`)
    .digest()
    .subarray(0, NONCE);
  const cipher = createCipheriv('aes-256-gcm', subkey(key, 'encrypt'), nonce).setAAD(Buffer.from(type));
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return `[${type}:enc:${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}]`;
}

const ENCRYPTED = /\[([A-Z][A-Z_]*):enc:([\w-]{38,})\]/g;

function decryptOne(type: string, body: string, key: Buffer): string | null {
  const bytes = Buffer.from(body, 'base64url');
  const nonce = bytes.subarray(0, NONCE);
  const decipher = createDecipheriv('aes-256-gcm', subkey(key, 'encrypt'), nonce, { authTagLength: TAG });
  decipher.setAAD(Buffer.from(type)).setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
  try {
    return decipher.update(bytes.subarray(NONCE + TAG), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}

/** The text with every encrypted value back. What was encrypted with another key, or changed since, stays as it is. */
export const decryptText = (text: string, key: Buffer): string =>
  text.replace(ENCRYPTED, (whole, type: string, body: string) => decryptOne(type, body, key) ?? whole);
