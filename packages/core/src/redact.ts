/**
 * Removing secrets before anything is shown, stored or sent to a tracker.
 *
 * Two nets, because each has holes: by *value* (the configured secrets in every form they travel in, so that a secret
 * echoed by a provider is removed too) and by *field name* (what others would call a secret, whatever its value).
 * Both look at text in one pass of bounded patterns: no input takes more than linear time, and nothing throws.
 *
 * It does not hide telephone numbers or message bodies unless it is asked to: evidence needs them, logs do not.
 */
import { maskNumbers } from "./phone.ts";
import { formsOf } from "./secret-forms.ts";

/** What stands where a secret stood. */
export const redactedMark = "[redacted]";

/** Names of fields that carry what a message says, for {@link RedactorOptions.fields}. */
export const messageFields: readonly string[] = [
  "Body",
  "MediaUrl",
  "ContentVariables",
  "Twiml",
  "text",
  "content",
  "variables",
  "media",
];

/** Names of fields that say who a person is, for {@link RedactorOptions.fields}. */
export const personFields: readonly string[] = [
  "first_name",
  "last_name",
  "email",
  "address",
  "birthday",
  "birth_date",
  "date_of_birth",
];

/** What else is removed. */
export interface RedactorOptions {
  /** Further field names whose values are removed (compared without case, hyphens and underscores). */
  readonly fields?: readonly string[];
  /** Mask E.164-like numbers. Default false. */
  readonly numbers?: boolean;
}

/** Removes secrets. Both functions are total. */
export interface Redactor {
  /** A text without secrets: bodies (JSON, forms, HTML), header lines, URLs, messages. */
  text(text: string): string;
  /** A copy without secrets: objects, lists, maps and errors are walked, cycles and unreadable members are named. */
  value(value: unknown): unknown;
}

/** Deeper nesting is cut: what is shown to people is never that deep. */
const depthMax = 64;

/**
 * Makes a redactor.
 * @param secrets values that must never be shown; shorter than 4 characters are ignored, they would blank ordinary words
 */
export function createRedactor(secrets: readonly string[], options: RedactorOptions = {}): Redactor {
  const forms = [...new Set(secrets.flatMap(formsOf))].toSorted((left, right) => right.length - left.length);
  const values = forms.length === 0 ? null : new RegExp(forms.map(escaped).join("|"), "g");
  const extra = new Set((options.fields ?? []).map(folded));
  const isSecret = (name: string): boolean => isSecretName(name) || extra.has(folded(name));

  const text = (input: string): string => {
    let output = input;
    if (values !== null) output = output.replace(values, redactedMark);
    output = withoutFields(output, isSecret);
    return options.numbers === true ? maskNumbers(output) : output;
  };

  const walk = (value: unknown, above: readonly object[]): unknown => {
    if (typeof value === "string") return text(value);
    if (typeof value === "function") return "[function]";
    if (typeof value === "symbol") return text(value.toString());
    if (typeof value !== "object" || value === null) return value;
    if (above.includes(value)) return "[circular]";
    if (above.length >= depthMax) return "[too deep]";
    try {
      return object(value, [...above, value]);
    } catch {
      return "[unreadable]";
    }
  };

  const object = (value: object, above: readonly object[]): unknown => {
    if (Object.prototype.toString.call(value) === "[object Date]") return value;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) return value.map((item) => walk(item, above));
    if (value instanceof Set) return [...value].map((item) => walk(item, above));
    if (value instanceof Map)
      return members(
        [...value].map(([name, item]) => [String(name), item]),
        above,
      );
    const own = Object.entries(value);
    if (!(value instanceof Error)) return members(own, above);
    const { name, message, cause } = value;
    return members(
      [["name", name], ["message", message], ...(cause === undefined ? [] : [["cause", cause] as const]), ...own],
      above,
    );
  };

  // Object.fromEntries defines members, so that one called `__proto__` stays a member.
  const members = (entries: readonly (readonly [string, unknown])[], above: readonly object[]): unknown =>
    Object.fromEntries(
      entries.map(([name, item]) => [text(name), isSecret(name) && isShowing(item) ? redactedMark : walk(item, above)]),
    );

  return { text, value: (value) => walk(value, []) };
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

/** Nothing to hide: that a secret is missing is what people need to see. */
function isShowing(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "" && typeof value !== "boolean";
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, "");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
