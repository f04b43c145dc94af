/**
 * A service manager that signals npx: its shell dies and says nothing to us. The gateway once went on without a parent,
 * and the next start met a port and a store that were taken.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "../../..");

test("SIGTERM to npx ends what it started", async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "landline-shell-"));
  const file = path.join(directory, "landline.config.json");
  await writeFile(file, JSON.stringify({ apiKeys: [{ name: "app", role: "admin", key: "key-of-the-app" }] }));
  const npx = spawn("npx", ["landline", "serve", "--config", file, "--port", "0", "--json"], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(createInterface({ input: npx.stdout }), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  npx.kill("SIGTERM");
  await expect
    .poll(async () =>
      fetch(`${url}/healthz`).then(
        ({ status }) => status,
        () => "gone",
      ),
    )
    .toBe("gone");
  await rm(directory, { recursive: true, force: true });
});
