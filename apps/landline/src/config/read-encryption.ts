/** Keys for sealing, as the configuration has them. */
import type { EncryptionConfig } from "./types.ts";

/** Bytes of a key, given as hex or base64 (also of the URL kind); null when it is not 32 bytes. */
export function keyBytes(text: string): Uint8Array | null {
  const bytes = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, "hex")
    : /^[\w+/-]{43}=?$/.test(text)
      ? Buffer.from(text, "base64")
      : null;
  return bytes?.byteLength === 32 ? new Uint8Array(bytes) : null;
}

/** The keys, newest first; null when nothing is to be sealed. */
export function readEncryption(
  encryption:
    | { readonly key: string; readonly oldKeys: readonly string[]; readonly forgotten: readonly string[] }
    | undefined,
): EncryptionConfig | null {
  if (encryption === undefined) return null;
  const keys = [encryption.key, ...encryption.oldKeys].flatMap((text) => keyBytes(text) ?? []);
  return { keys, forgotten: encryption.forgotten };
}
