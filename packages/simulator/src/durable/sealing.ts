/**
 * A sealer for simulated lives: it hides nothing from anybody who looks twice, but no text stands in the store as it was,
 * and what is sealed for one place does not open in another.
 */
import type { Sealer, Unsealed } from "@landline/outbox";
import { digest } from "./process.ts";

const keyId = "sim";

const coded = (text: string): string => Array.from(text, (each) => (each.codePointAt(0) ?? 0).toString(36)).join("-");
const decoded = (text: string): string =>
  text === ""
    ? ""
    : text
        .split("-")
        .map((each) => String.fromCodePoint(Number.parseInt(each, 36)))
        .join("");

/** Makes one. */
export function createSealer(): Sealer {
  let nonce = 0;
  return {
    keyId,
    keyIds: [keyId],
    seal: (text, context) => `~s.${keyId}.${(nonce += 1)}.${digest(context)}.${coded(text)}`,
    unseal(sealed, context): Unsealed {
      const [mark, key = "", , place, body] = sealed.split(".");
      if (mark !== "~s" || body === undefined) return { ok: false, because: "plain" };
      if (key !== keyId) return { ok: false, because: "unknown_key", keyId: key };
      return place === digest(context) ? { ok: true, text: decoded(body) } : { ok: false, because: "broken" };
    },
    newSecret: () => "a secret",
    tag: (secret, text) => digest(`${secret} ${text}`),
  };
}
