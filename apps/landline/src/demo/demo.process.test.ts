/**
 * The demonstration as people run it: two kills, nothing lost, nothing twice.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const launcher = fileURLToPath(new URL("../../bin/landline.js", import.meta.url));

test("landline demo --exit --json", { timeout: 150_000 }, async () => {
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--disable-warning=ExperimentalWarning", launcher, "demo", "--exit", "--json"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const [[code], stdout] = await Promise.all([
    once(child, "exit") as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  const account = JSON.parse(stdout) as {
    operations: number;
    accepted_once: number;
    parked: Record<string, number>;
    cancelled: number;
    expired: number;
  };
  expect(account).toMatchObject({
    duplicates: 0,
    lost: 0,
    kills: 2,
    refused: 5,
    console_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/) as string,
  });
  const parked = Object.values(account.parked).reduce((sum, count) => sum + count, 0);
  expect(account.accepted_once + parked + account.cancelled + account.expired).toBe(account.operations);
  expect(code).toBe(0);
});
