/**
 * The forms a secret takes on its way: plain, percent-encoded, in a form body, escaped in JSON or HTML, and inside
 * base64, where what stands before it (`user:` in a Basic header) shifts its bits. Ciphers and hashes of a secret are
 * not secrets and are not looked for.
 */

/** Shorter secrets are ignored: removing every "abc" from a text hides more than it protects. */
export const secretLengthMin = 4;

/** Every form of one secret worth looking for; none for one that is too short. */
export function formsOf(secret: string): readonly string[] {
  const text = secret.toWellFormed();
  if (text.length < secretLengthMin) return [];
  const percent = encodeURIComponent(text);
  const strict = percent.replace(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = strict.replace(/%20/g, "+");
  const json = JSON.stringify(text).slice(1, -1);
  const html = text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
  const encoded = [percent, strict, form].flatMap((one) => [one, one.replace(/%../g, (octet) => octet.toLowerCase())]);
  const base64 = [0, 1, 2].flatMap((shift) => base64At(bytesOf(percent), shift));
  const wrapped = base64.flatMap((one) => [one, encodeURIComponent(one)]);
  const all = [text, ...encoded, json, json.replace(/\//g, "\\/"), html, ...wrapped];
  return [...new Set(all)];
}

/** UTF-8 bytes, from the percent-encoded text. */
function bytesOf(percent: string): readonly number[] {
  const bytes: number[] = [];
  for (let index = 0; index < percent.length; index += 1) {
    if (percent[index] === "%") {
      bytes.push(Number.parseInt(percent.slice(index + 1, index + 3), 16));
      index += 2;
    } else bytes.push(percent.charCodeAt(index));
  }
  return bytes;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The characters of base64 (and base64url) that depend on these bytes alone when `shift` bytes stand before them. */
function base64At(bytes: readonly number[], shift: number): readonly string[] {
  const before = Array.from({ length: shift }, () => 0);
  const octets = [...before, ...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let text = "";
  for (let from = Math.ceil((shift * 8) / 6) * 6; from + 6 <= octets.length; from += 6) {
    text += alphabet.charAt(Number.parseInt(octets.slice(from, from + 6), 2));
  }
  return [text, text.replace(/\+/g, "-").replace(/\//g, "_")];
}
