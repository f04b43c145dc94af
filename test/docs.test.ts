/** Pages that are made from code say what the code says. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { cliPages } from "../scripts/cli-page.ts";
import { errorPages } from "../scripts/error-pages.ts";
import { httpApiPages } from "../scripts/http-api-page.ts";

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string): string =>
  existsSync(path.join(root, file)) ? readFileSync(path.join(root, file), "utf8") : "";

const pages = [...errorPages(), ...httpApiPages(), ...cliPages()];

describe("generated pages", () => {
  test("exist", () => {
    expect(errorPages().length).toBeGreaterThan(0);
  });

  test.each(pages.map(({ path: file, text }) => [file, text] as const))(
    "%s is up to date (npm run docs)",
    (file, text) => {
      expect(read(file)).toBe(text);
    },
  );
});
