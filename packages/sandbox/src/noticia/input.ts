/**
 * Reads a body field by field in either naming style and remembers the first thing that is wrong.
 */
import type { Answer } from "../fake.ts";
import { isRecord } from "../http/json-body.ts";
import { invalid } from "./answers.ts";
import type { Naming } from "./answers.ts";

/** A body being read. Missing or wrong values read as empty; ask `fault()` before using any of them. */
export interface Input {
  readonly naming: Naming;
  /** The refusal for the first fault, or null. */
  fault(): Answer | null;
  /** A non-empty text that must be there. */
  text(name: string): string;
  optionalText(name: string): string | null;
  phone(name: string): string | null;
  instant(name: string): string;
  whole(name: string): number;
  oneOf<T extends string>(name: string, allowed: readonly T[]): T;
  /** A map of texts, or null when absent. */
  texts(name: string): Readonly<Record<string, string>> | null;
  /** The whole body as a map of texts. */
  self(): Readonly<Record<string, string>>;
  objects(name: string): readonly Readonly<Record<string, unknown>>[];
  /** The fields of an object that must be there. */
  inside(name: string): Input;
  raw(name: string): unknown;
  reject(name: string, message: string): void;
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Opens a body. `path` is where it stands in the whole (`address.`). */
export function readInput(body: Readonly<Record<string, unknown>>, path = "", shared: Answer[] = []): Input {
  const naming: Naming = Object.keys(body).some((key) => /[a-z][A-Z]/.test(key)) ? "camel" : "snake";
  const nameOf = (name: string): string => (naming === "camel" ? camel(name) : name);
  const reject = (name: string, message: string): void => {
    if (shared.length === 0) shared.push(invalid(`${path}${nameOf(name)}`, message));
  };
  const raw = (name: string): unknown => body[name] ?? body[camel(name)] ?? null;
  const optionalText = (name: string): string | null => {
    const value = raw(name);
    if (value === null || typeof value === "string") return value;
    reject(name, "must be a string");
    return null;
  };
  const text = (name: string): string => {
    const value = optionalText(name);
    if (value === null || value === "") reject(name, "is required");
    return value ?? "";
  };
  return {
    naming,
    fault: () => shared[0] ?? null,
    text,
    optionalText,
    phone(name) {
      const value = optionalText(name);
      if (value !== null && !/^\+[1-9]\d{6,14}$/.test(value)) reject(name, "must be in E.164 format");
      return value;
    },
    instant(name) {
      const value = text(name);
      if (!/^\d{4}-\d{2}-\d{2}T/.test(value) || !Number.isFinite(Date.parse(value)))
        reject(name, "must be an RFC 3339 instant");
      return value;
    },
    whole(name) {
      const value = raw(name);
      if (Number.isSafeInteger(value)) return value as number;
      reject(name, "must be a whole number");
      return 0;
    },
    oneOf(name, allowed) {
      const value = text(name);
      const found = allowed.find((each) => each === value);
      if (found === undefined) reject(name, `must be one of ${allowed.join(", ")}`);
      return found ?? (allowed[0] as (typeof allowed)[number]);
    },
    texts(name) {
      const value = raw(name);
      if (value === null) return null;
      if (isRecord(value) && Object.values(value).every((each) => typeof each === "string"))
        return value as Record<string, string>;
      reject(name, "must be an object of strings");
      return null;
    },
    self() {
      const texts = Object.entries(body).filter(([, value]) => typeof value === "string");
      if (texts.length === 0 || texts.length < Object.keys(body).length)
        reject("attributes", "must be an object of strings");
      return Object.fromEntries(texts) as Record<string, string>;
    },
    objects(name) {
      const value = raw(name);
      if (Array.isArray(value) && value.every(isRecord)) return value;
      reject(name, "must be an array of objects");
      return [];
    },
    inside(name) {
      const value = raw(name);
      if (!isRecord(value)) reject(name, "is required");
      return readInput(isRecord(value) ? value : {}, `${path}${nameOf(name)}.`, shared);
    },
    raw,
    reject,
  };
}
