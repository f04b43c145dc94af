/** What stands in the file of a sealed store, byte by byte. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openSealed } from "@landline/outbox";
import { canaries, canariesIn, liveWithCanaries, sealerOf } from "@landline/outbox/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { sqliteStore } from "./store.ts";

const sealer = sealerOf(1);
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "landline-sealed-"));
  file = path.join(folder, "landline.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The database and its log, while it is open and after it was closed. */
const bytes = (): readonly Uint8Array[] => readdirSync(folder).map((name) => readFileSync(path.join(folder, name)));

test("no word of a message, a failure, an answer, a receipt or a person stands in the file, and all of it is read back", async () => {
  const disk = sqliteStore(file);
  const store = await openSealed(disk, sealer);
  const id = await liveWithCanaries(store);
  const open = bytes();
  const story = JSON.stringify(await store.story(id));
  expect(await store.verify()).toEqual([]);
  await store.close();
  expect(canariesIn([...open, ...bytes()])).toEqual([]);
  for (const canary of ["canary-body", "canary-metadata", "canary-fallback", "canary-answer", "canary-message"])
    expect(story).toContain(canary);
  for (const canary of ["canary-guidance", "canary-receipt", "canary-digest", "+14155550199", "canary@example.com"])
    expect(story).toContain(canary);
});

test("without sealing every one of them stands there, so the search finds what is there", async () => {
  const store = sqliteStore(file);
  await liveWithCanaries(store);
  const open = bytes();
  await store.close();
  expect(canariesIn([...open, ...bytes()])).toEqual(canaries);
});
