/**
 * What a provider said when it refused, fit to be stored and shown: everything support needs, nothing that was ours to
 * keep secret.
 *
 * Providers echo. So three nets, each for what the others miss: the account's secrets and what this request said to or
 * about a person, by value and also where only a part was echoed; fields by their name; telephone numbers. Ids, codes
 * and references stay, because they are what people search for.
 */
import { createRedactor, isRecord, maskPhone, messageFields, personFields, redactedMark } from "@landline/core";

/** Longer answers are cut, in bytes of UTF-8. */
export const refusalBytesMax = 4_096;

/** What is looked at of an answer, in characters: enough to fill the rest after everything was removed. */
const lookedAt = 65_536;

/** A shorter run that two texts share is chance. */
const runMin = 12;
const blockLength = 6;
const placesMax = 8;
const depthMax = 16;

/** Removes from texts about one request what must not be kept. Total and linear. */
export interface RefusalText {
  /** An answer's body, cut to {@link refusalBytesMax}. */
  body(answer: string): string;
  /** A short text such as an error message. */
  message(text: string): string;
}

const spokenFields = new Set(
  [...messageFields, ...personFields, "custom_code", "parameters", "attributes", "template_variables"].map(folded),
);

const addressFields = new Set(["to", "from", "recipient", "phone", "phonenumber", "msisdn", "mobile"]);

/**
 * Makes one for each request of an account.
 * @param secrets the account's
 */
export function refusalTexts(secrets: readonly string[]): (input: unknown) => RefusalText {
  const lasting = createRedactor(secrets, { fields: [...messageFields, ...personFields], numbers: true });
  return (input) => {
    const spoken: string[] = [];
    const numbers: string[] = [];
    collect("", input, false, { spoken, numbers }, 0);
    const brief = createRedactor(spoken.filter((value) => value.length < runMin));
    const values = [...secrets, ...spoken];
    const clean = (text: string): string => {
      const readable = unescaped(text.slice(0, lookedAt));
      let shown = lasting.text(brief.text(withoutRuns(readable, values)));
      for (const number of numbers) shown = shown.replaceAll(number, maskPhone(number));
      return shown;
    };
    return { message: clean, body: (answer) => cut(clean(answer)) };
  };
}

interface Said {
  readonly spoken: string[];
  /** Digits only. */
  readonly numbers: string[];
}

/** Texts that were said, and the numbers of people. */
function collect(name: string, value: unknown, isSpoken: boolean, said: Said, depth: number): void {
  if (depth > depthMax) return;
  if (typeof value === "string") {
    const number = value.replace(/^[a-z]{1,20}:/i, "").replace(/[\s().-]/g, "");
    if (/^\+\d{7,15}$/.test(number) || (/^\d{7,15}$/.test(number) && addressFields.has(name))) {
      said.numbers.push(number.replace("+", ""));
    } else if (isSpoken) {
      said.spoken.push(value);
      // Variables travel as JSON inside a text; each of them may be echoed by itself.
      if (value.startsWith("{")) collect(name, parsed(value), true, said, depth + 1);
    }
  } else if (Array.isArray(value)) {
    for (const item of value) collect(name, item, isSpoken, said, depth + 1);
  } else if (isRecord(value)) {
    for (const [member, item] of Object.entries(value)) {
      const plain = folded(member);
      collect(plain, item, isSpoken || spokenFields.has(plain), said, depth + 1);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Replaces every run of at least {@link runMin} characters that also stands in one of the values: a provider that
 * quotes the first forty characters of a message quotes the message. Blocks of the values are indexed, every position
 * of the text is looked up once.
 */
function withoutRuns(text: string, values: readonly string[]): string {
  const places = placesOf(values);
  if (places.size === 0) return text;
  let shown = "";
  let done = 0;
  for (let at = 0; at + blockLength <= text.length; at += 1) {
    let from = at;
    let to = at;
    for (const { value, at: within } of places.get(text.slice(at, at + blockLength)) ?? []) {
      const before = shared(text, at, value, within, -1, at - done);
      const after = shared(text, at - 1, value, within - 1, 1, text.length);
      if (before + after <= to - from) continue;
      from = at - before;
      to = at + after;
    }
    if (to - from < runMin) continue;
    shown += text.slice(done, from) + redactedMark;
    done = to;
    at = to - 1;
  }
  return shown + text.slice(done);
}

interface Place {
  readonly value: string;
  readonly at: number;
}

/** Where each block stands, in the forms values travel in; a block that is everywhere is followed to a few places. */
function placesOf(values: readonly string[]): ReadonlyMap<string, readonly Place[]> {
  const places = new Map<string, Place[]>();
  for (const value of values) {
    const json = inJson(value);
    for (const form of new Set([value, json, inJson(json), encodeURIComponent(value.toWellFormed())])) {
      for (let at = 0; form.length >= runMin && at + blockLength <= form.length; at += blockLength) {
        const block = form.slice(at, at + blockLength);
        const known = places.get(block);
        if (known === undefined) places.set(block, [{ value: form, at }]);
        else if (known.length < placesMax) known.push({ value: form, at });
      }
    }
  }
  return places;
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** How many characters two texts share from two places on, in one direction; the places themselves are not counted. */
function shared(text: string, at: number, value: string, within: number, step: 1 | -1, max: number): number {
  let count = 0;
  while (count < max) {
    const offset = (count + 1) * step;
    const letter = text[at + offset];
    if (letter === undefined || letter !== value[within + offset]) break;
    count += 1;
  }
  return count;
}

/** Some write every letter beyond ASCII as an escape; people and the nets read letters. */
function unescaped(text: string): string {
  return text.replace(/\\{1,4}u([0-9a-f]{4})/gi, (escape, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code < 0xa0 ? escape : String.fromCharCode(code);
  });
}

/** At most so many bytes, no half character, and a word that it was cut. */
function cut(text: string): string {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length <= refusalBytesMax) return text;
  const mark = "… [cut]";
  const room = refusalBytesMax - new TextEncoder().encode(mark).length;
  const head = new TextDecoder().decode(encoded.subarray(0, room), { stream: true });
  return `${head}${mark}`;
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, "");
}
