/**
 * Sealing texts with AES-256-GCM, from Node's own crypto.
 *
 * A configured key never encrypts anything itself: it makes a working key of a random salt (HKDF, RFC 5869), and each
 * process takes a new one every {@link textsPerSalt} texts. So random nonces of 96 bits cannot meet under one key
 * (NIST SP 800-38D allows 2^32 texts a key, which a busy gateway would reach within days).
 *
 * Form: `ls1.KEY.SALT.BYTES`, the last three base64url: which key, which working key, then nonce, text and tag.
 */
import { Buffer } from "node:buffer";
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  randomFillSync,
} from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Bytes of a configured key. */
export const sealingKeyBytes = 32;

const version = "ls1";
const nonceBytes = 12;
const tagBytes = 16;
const saltBytes = 16;
/** Texts under one working key at most. */
const textsPerSalt = 16_777_216;
/** Working keys of other processes and former times that are kept. */
const workingKeysMax = 1_000;

/** What came of unsealing. */
type Opened =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly because: "plain" }
  | { readonly ok: false; readonly because: "unknown_key"; readonly keyId: string }
  | { readonly ok: false; readonly because: "broken" };

/** Seals texts. Fits the port of `@landline/outbox`. */
export interface HostSealer {
  readonly keyId: string;
  readonly keyIds: readonly string[];
  seal(text: string, context: string): string;
  unseal(sealed: string, context: string): Opened;
  newSecret(): string;
  tag(secret: string, text: string): string;
}

/**
 * A sealer.
 * @param keys 32 bytes each: the one to seal with, then older ones that are still read
 * @throws RangeError without keys, or for one of another length
 */
export function createSealer(keys: readonly Uint8Array[]): HostSealer {
  const known = new Map<string, Uint8Array>();
  for (const key of keys) {
    if (key.byteLength !== sealingKeyBytes) throw new RangeError(`a key has ${sealingKeyBytes} bytes`);
    known.set(keyIdOf(key), key);
  }
  const [current] = keys;
  if (current === undefined) throw new RangeError("there is no key to seal with");
  const keyId = keyIdOf(current);
  const workingKeys = new Map<string, KeyObject>();
  const workingKeyOf = (id: string, key: Uint8Array, salt: string): KeyObject => {
    const found = workingKeys.get(`${id}.${salt}`);
    if (found !== undefined) return found;
    const bytes = hkdfSync("sha256", key, Buffer.from(salt, "base64url"), "landline-seal", sealingKeyBytes);
    const made = createSecretKey(new Uint8Array(bytes));
    const oldest = workingKeys.keys().next();
    if (workingKeys.size >= workingKeysMax && oldest.done !== true) workingKeys.delete(oldest.value);
    workingKeys.set(`${id}.${salt}`, made);
    return made;
  };
  let salt = "";
  let sealing: KeyObject | null = null;
  let left = 0;
  // Asking the system for twelve bytes at a time costs more than the encryption.
  const noise = Buffer.alloc(nonceBytes * 512);
  let unused = noise.byteLength;
  let tagSecret: { readonly text: string; readonly key: KeyObject } | null = null;

  return {
    keyId,
    keyIds: [...known.keys()],
    seal: (text, context) => {
      if (sealing === null || left === 0) {
        salt = randomBytes(saltBytes).toString("base64url");
        sealing = workingKeyOf(keyId, current, salt);
        left = textsPerSalt;
      }
      left -= 1;
      if (unused + nonceBytes > noise.byteLength) {
        randomFillSync(noise);
        unused = 0;
      }
      const nonce = noise.subarray(unused, (unused += nonceBytes));
      const cipher = createCipheriv("aes-256-gcm", sealing, nonce);
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${version}.${keyId}.${salt}.${body.toString("base64url")}`;
    },
    unseal: (sealed, context) => {
      const parts = /^ls1\.([\w-]{11})\.([\w-]{22})\.([\w-]+)$/.exec(sealed);
      if (parts === null) return { ok: false, because: "plain" };
      const [, id = "", from = "", written = ""] = parts;
      const key = known.get(id);
      if (key === undefined) return { ok: false, because: "unknown_key", keyId: id };
      const body = Buffer.from(written, "base64url");
      if (body.byteLength < nonceBytes + tagBytes) return { ok: false, because: "broken" };
      try {
        const decipher = createDecipheriv("aes-256-gcm", workingKeyOf(id, key, from), body.subarray(0, nonceBytes), {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(context));
        decipher.setAuthTag(body.subarray(-tagBytes));
        const text = decipher.update(body.subarray(nonceBytes, -tagBytes), undefined, "utf8") + decipher.final("utf8");
        return { ok: true, text };
      } catch {
        return { ok: false, because: "broken" };
      }
    },
    newSecret: () => randomBytes(sealingKeyBytes).toString("base64url"),
    tag: (secret, text) => {
      if (tagSecret?.text !== secret)
        tagSecret = { text: secret, key: createSecretKey(Buffer.from(secret, "base64url")) };
      return createHmac("sha256", tagSecret.key).update(text).digest().subarray(0, 16).toString("base64url");
    },
  };
}

/** Names a key without giving it away: 64 bits of a hash under it. */
function keyIdOf(key: Uint8Array): string {
  return createHmac("sha256", key).update("landline-key-id").digest().subarray(0, 8).toString("base64url");
}
