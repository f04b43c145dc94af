/**
 * What a client leaves behind, seen from outside in processes of their own: an idle one must let its process end, a
 * used one must not leak timers, listeners or sockets, and a wait must not be lost to an early exit.
 */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { flakyServer } from "./testing/flaky-server.ts";
import type { FlakyServer } from "./testing/flaky-server.ts";

let server: FlakyServer;
beforeAll(async () => {
  server = await flakyServer();
});
afterAll(() => server.close());

const here = import.meta.dirname;

/** Runs a script with a client in it; resolves to what it printed when it has ended. */
function script(body: string): Promise<{ readonly code: number | null; readonly out: string }> {
  const text = `
    import { createClient } from "${here}/index.ts";
    import { letterbox } from "${here}/testing/letterbox.ts";
    const client = createClient(letterbox("${server.url}"), {
      attemptsMax: 2, backoff: { base: 100 }, attemptTimeout: "10m", transport: { idleMs: 600_000 },
    });
    const letter = { to: "+1", text: "x" };
    ${body}`;
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--disable-warning=ExperimentalWarning", "--input-type=module-typescript", "-e", text],
    { cwd: here, stdio: ["ignore", "pipe", "inherit"] },
  );
  let out = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      resolve({ code, out: out.trim() });
    });
  });
}

test("an idle client lets its process end, without close", async () => {
  // A timer or a socket that holds the process would hold it for ten minutes.
  const { code, out } = await script(`
    const result = await client.call("letters.post", letter);
    console.log(result.ok, JSON.stringify(process.getActiveResourcesInfo().filter((name) => name === "Timeout")));
  `);
  expect({ code, out }).toEqual({ code: 0, out: "true []" });
});

test("a wait for a retry is not lost to an exit", async () => {
  server.script.push({ status: 429 });
  const { code, out } = await script(
    `client.call("letters.post", letter).then((result) => console.log(result.ok, result.attempts.length));`,
  );
  expect({ code, out }).toEqual({ code: 0, out: "true 2" });
});

test("a thousand calls leave no listener on a signal and no memory of themselves", async () => {
  const { out } = await script(`
    import { getEventListeners } from "node:events";
    const { signal } = new AbortController();
    for (let index = 0; index < 1000; index += 1) await client.call("letters.post", letter, { signal });
    client.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    console.log(getEventListeners(signal, "abort").length, process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length);
  `);
  expect(out).toBe("0 0");
});

test("close ends a call under way at once, and nothing goes unhandled", async () => {
  server.script.push("hang");
  const { code, out } = await script(`
    process.on("unhandledRejection", (reason) => { console.log("unhandled", reason); });
    const pending = client.call("letters.post", letter, { guarantee: "at-most-once" });
    setTimeout(() => client.close(), 200);
    const result = await pending;
    console.log(result.ok, result.failure.execution);
  `);
  expect({ code, out }).toEqual({ code: 0, out: "false unknown" });
});
