/** The page that maps the requirement texts to tests names only files and titles that exist. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const page = readFileSync(path.join(root, "docs/reference/requirements.md"), "utf8");

interface Row {
  readonly id: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}
const rows: readonly Row[] = page.split("\n").flatMap((line) => {
  const id = /^\| ([A-Z]\d+) \|/.exec(line)?.[1];
  if (id === undefined) return [];
  const named = line.matchAll(/`([^`]+\.test\.ts)` "([^"]+)"/g);
  return [{ id, tests: [...named].map(([, file = "", title = ""]) => ({ file, title })) }];
});

/** Titles of tests, suites and tables of tests: the text right after an opening bracket of such a call. */
function titlesOf(file: string): ReadonlySet<string> {
  const place = path.join(root, file);
  const source = existsSync(place) ? readFileSync(place, "utf8") : "";
  const calls = source.matchAll(/(?:\b(?:test|it)|[)\]])\(\s*(?:"((?:[^"\\]|\\.)+)"|`((?:[^`\\]|\\.)+)`),/g);
  return new Set([...calls].map(([, quoted, template]) => (quoted ?? template ?? "").replaceAll(String.raw`\"`, '"')));
}

describe("docs/reference/requirements.md", () => {
  test("numbers the rules of all four texts without a gap", () => {
    const last = { T: 19, B: 23, N: 15, R: 30, X: 7 };
    const expected = Object.entries(last).flatMap(([text, count]) =>
      Array.from({ length: count }, (_, index) => `${text}${index + 1}`),
    );
    expect(rows.map(({ id }) => id)).toEqual(expected);
  });

  test.each(rows.map((row) => [row.id, row.tests] as const))("%s is shown by tests that exist", (_id, tests) => {
    expect(tests).not.toEqual([]);
    expect(tests.filter(({ file, title }) => !titlesOf(file).has(title))).toEqual([]);
  });
});
