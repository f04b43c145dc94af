/**
 * Removing secrets from text, before it is shown, stored or sent to a tracker.
 *
 * Two nets, because each has holes: by *value* (the configured secrets in every form they travel in, so that a secret
 * echoed by a provider is removed too) and by *field name* (what others would call a secret, whatever its value).
 * Both look at text in one pass of bounded patterns: no input takes more than linear time, and nothing throws.
 *
 * It refuses to know objects and people: `redact.ts` walks values and masks numbers with it.
 */
import { formsOf } from "./secret-forms.ts";

/** What stands where a secret stood. */
export const redactedMark = "[redacted]";

/** Removes secrets from text. Total. */
export interface TextRedactor {
  /** A text without secrets: bodies (JSON, forms, HTML), header lines, URLs, messages. */
  text(text: string): string;
}

/**
 * Makes a redactor for text alone.
 * @param secrets values that must never be shown; shorter than 4 characters are ignored, they would blank ordinary words
 * @param isSecret whether what a field of this name holds is a secret
 */
export function createTextRedactor(
  secrets: readonly string[],
  isSecret: (name: string) => boolean = isSecretName,
): TextRedactor {
  const forms = [...new Set(secrets.flatMap(formsOf))].toSorted((left, right) => right.length - left.length);
  const values = forms.length === 0 ? null : new RegExp(forms.map(escaped).join("|"), "g");
  return {
    text: (input) => withoutFields(values === null ? input : input.replace(values, redactedMark), isSecret),
  };
}

const secretNames = new Set(
  [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "bearer",
    "id_token",
    "session_token",
    "api_key",
    "x-api-key",
    "x-auth-key",
    "access_key",
    "private_key",
    "signing_key",
    "routing_key",
    "dsn",
    "credentials",
    "client_assertion",
  ].map(folded),
);

const secretEndings =
  /(?:secret|password|authtoken|accesstoken|refreshtoken|bearertoken|apikey|privatekey|credentials)$/;

/** True for field and header names that carry a secret by convention; case, hyphens and underscores do not matter. */
export function isSecretName(name: string): boolean {
  const plain = folded(name);
  return secretNames.has(plain) || secretEndings.test(plain);
}

const jsonMember = /"([\w.-]{1,64})"(\s{0,8}:\s{0,8})(?:"(?:[^"\\]|\\.)*"?|[^\s",:[\]{}]+)/g;
const formName = /(?<![\w.-])([\w.-]{1,64})=(?=[^&;,\s"'<=])/g;
const formEnd = /[&;,\s"'<]/g;
const headerName = /(?<![\w-])([a-z][\w-]{1,63})\s{0,4}:[ \t]{0,4}(?=[^\s"{[])/gi;
const headerEnd = /[\r\n"]/g;
const scheme = /\b(Basic|Bearer)( {1,4})([\w+/.~=-]{4,})/gi;
const userinfo = /(:\/\/)[^\s/@:"]{0,256}:[^\s/@"]{1,256}@/g;

function withoutFields(text: string, isSecret: (name: string) => boolean): string {
  const members = text
    .replace(userinfo, `$1${redactedMark}@`)
    .replace(jsonMember, (all, name: string, colon: string) =>
      isSecret(name) ? `"${name}"${colon}"${redactedMark}"` : all,
    );
  const headers = cutAfter(members, headerName, headerEnd, (name) => isHeaderName(name) && isSecret(name));
  return cutAfter(headers, formName, formEnd, isSecret).replace(
    scheme,
    (all, name: string, space: string, value: string) => (isWord(value) ? all : `${name}${space}${redactedMark}`),
  );
}

/** Replaces what stands between a secret's name and the end. What follows any other name is searched for names again. */
function cutAfter(text: string, names: RegExp, ends: RegExp, isSecret: (name: string) => boolean): string {
  let output = "";
  let done = 0;
  for (const match of text.matchAll(names)) {
    if (match.index < done || !isSecret(String(match[1]))) continue;
    const from = match.index + match[0].length;
    ends.lastIndex = from;
    output += text.slice(done, from) + redactedMark;
    done = ends.exec(text)?.index ?? text.length;
  }
  return output + text.slice(done);
}

/** "token: expired" is a sentence; `X-Auth-Token: …`, `Cookie: …` and `api_key: …` are not. */
function isHeaderName(name: string): boolean {
  return /[-_]/.test(name) || /^(?:authorization|cookie)$/i.test(name);
}

/** "Bearer token", "Basic authentication": words of a message, not credentials. */
function isWord(value: string): boolean {
  return /^[A-Z]?[a-z]+\.?$/.test(value);
}

/** A name without case, hyphens, underscores, dots and spaces. */
export function folded(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, "");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
