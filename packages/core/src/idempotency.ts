/**
 * Telling a repetition from a new request: the form of a key, and a text that is equal for equal requests.
 *
 * The text is canonical JSON: members sorted, nothing that a store's round trip would change. It is digested by the
 * host, because hashing is not pure here. A key is never invented in this file; chance belongs to the host too.
 */

/** The longest idempotency key, in characters. */
export const idempotencyKeyLengthMax = 255;

/** True for 1 to 255 visible ASCII characters (no space, no control). */
export function isIdempotencyKey(text: unknown): text is string {
  return typeof text === "string" && /^[\x21-\x7e]{1,255}$/.test(text);
}

/**
 * Digestible text of everything a caller asked for. Members that are null, undefined or absent are the same request.
 * The order of members never matters, the order of lists does.
 */
export function fingerprintText(request: Readonly<Record<string, unknown>>): string {
  // Without a prototype, or a member named __proto__ would become one.
  const given = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(request)) {
    const value = request[name];
    if (value !== null && value !== undefined) given[name] = value;
  }
  return `landline-request-1\n${canonicalJson(given)}`;
}

/** Digestible text of one request's bytes: equal for every attempt of an operation. Credentials are not part of it. */
export function requestText(request: {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}): string {
  return canonicalJson([request.method, request.url, request.body]);
}

/** Nesting up to which JSON is written by functions that call each other; beyond, and in cycles, by a list of steps. */
const callsMax = 64;

/** Work that is still to be written, last first. */
type Step =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "value"; readonly value: unknown }
  | { readonly type: "leave"; readonly object: object };

/**
 * JSON with sorted members (by UTF-16 code unit, as RFC 8785 sorts). Where JSON has an answer this is the same document:
 * undefined members and functions are left out, NaN and the infinities are null, dates are their `toJSON`.
 * Where JSON would throw there is an answer too: a bigint is its digits, a cycle `"[circular]"`, a member that cannot be
 * read `"[unreadable]"`. Nesting is limited by memory only.
 */
export function canonicalJson(value: unknown): string {
  return shallow(plain(value), 0) ?? deep(value);
}

/** The document, or null when it is nested too deeply to be written so. `value` has been made {@link plain}. */
function shallow(value: unknown, depth: number): string | null {
  if (typeof value !== "object" || value === null) return scalar(value);
  if (depth === callsMax) return null;
  return Array.isArray(value) ? shallowList(value, depth) : shallowMembers(value, depth);
}

function shallowList(list: readonly unknown[], depth: number): string | null {
  let text = "[";
  for (let index = 0; index < list.length; index += 1) {
    const item = shallow(plain(list[index]), depth + 1);
    if (item === null) return null;
    text += index === 0 ? item : `,${item}`;
  }
  return `${text}]`;
}

function shallowMembers(container: object, depth: number): string | null {
  let text = "";
  for (const name of Object.keys(container).toSorted(byCodeUnit)) {
    const value = read(container, name);
    if (isLeftOut(value)) continue;
    const item = shallow(value, depth + 1);
    if (item === null) return null;
    text += `${text === "" ? "{" : ","}${JSON.stringify(name)}:${item}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

/** The document, however deep it is nested. */
function deep(value: unknown): string {
  const written: string[] = [];
  const open = new Set<object>();
  const steps: Step[] = [{ type: "value", value: plain(value) }];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    switch (step.type) {
      case "text":
        written.push(step.text);
        break;
      case "leave":
        open.delete(step.object);
        break;
      case "value": {
        const { value: current } = step;
        if (typeof current !== "object" || current === null) written.push(scalar(current));
        else if (open.has(current)) written.push('"[circular]"');
        else {
          open.add(current);
          steps.push({ type: "leave", object: current }, ...parts(current).toReversed());
        }
        break;
      }
      /* v8 ignore next -- @preserve: proved empty by the compiler */
      default:
        step satisfies never;
    }
  }
  return written.join("");
}

function parts(container: object): Step[] {
  return Array.isArray(container) ? listParts(container) : memberParts(container);
}

function listParts(list: readonly unknown[]): Step[] {
  const steps: Step[] = [{ type: "text", text: "[" }];
  for (let index = 0; index < list.length; index += 1) {
    if (index > 0) steps.push({ type: "text", text: "," });
    steps.push({ type: "value", value: plain(list[index]) });
  }
  steps.push({ type: "text", text: "]" });
  return steps;
}

function memberParts(container: object): Step[] {
  const steps: Step[] = [{ type: "text", text: "{" }];
  for (const name of Object.keys(container).toSorted(byCodeUnit)) {
    const value = read(container, name);
    if (isLeftOut(value)) continue;
    steps.push(
      { type: "text", text: `${steps.length > 1 ? "," : ""}${JSON.stringify(name)}:` },
      { type: "value", value },
    );
  }
  steps.push({ type: "text", text: "}" });
  return steps;
}

function read(container: object, name: string): unknown {
  try {
    return plain((container as Record<string, unknown>)[name]);
  } catch {
    return "[unreadable]";
  }
}

/** What JSON would write instead of an object that describes itself (dates, URLs). */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  try {
    const { toJSON } = value as { toJSON?: unknown };
    return typeof toJSON === "function" ? (toJSON.call(value) as unknown) : value;
  } catch {
    return "[unreadable]";
  }
}

function isLeftOut(value: unknown): boolean {
  return value === undefined || typeof value === "function" || typeof value === "symbol";
}

function scalar(value: unknown): string {
  return typeof value === "bigint" ? value.toString() : (JSON.stringify(value) ?? "null");
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : 1;
}
