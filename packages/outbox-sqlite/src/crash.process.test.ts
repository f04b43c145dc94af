/**
 * `kill -9` at random moments, thirty times on one file: whatever a process was told is durable is there afterwards,
 * the file is sound, and the next process is its owner at once.
 */
import { spawn } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";
import { sqliteStore } from "./store.ts";
import { place } from "./testing/place.ts";

const kills = 30;

/** Runs a victim for a random moment after it is ready, kills it, and returns every line it wrote. */
async function runAndKill(file: string, round: number): Promise<readonly string[]> {
  const script = path.join(import.meta.dirname, "testing", "victim.ts");
  const args = ["--conditions=source", "--disable-warning=ExperimentalWarning", script, file, String(round + 1)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let written = "";
  let armed = false;
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    written += text;
    if (armed || !written.includes("ready")) return;
    armed = true;
    setTimeout(() => child.kill("SIGKILL"), 5 + Math.random() * 120);
  });
  const signal = await new Promise<string | null>((resolve) => {
    child.on("close", (_code, by) => resolve(by));
  });
  expect(signal).toBe("SIGKILL");
  // The last line may be cut: then nobody was told.
  return written.split("\n").slice(0, -1);
}

test("thirty kills lose nothing that was acknowledged", { timeout: 180_000 }, async () => {
  const file = place();
  const inserted = new Set<string>();
  const started = new Map<string, number>();
  const settled = new Map<string, string>();
  let claimsAfterKill = 0;
  for (let round = 0; round < kills; round += 1) {
    for (const line of await runAndKill(file, round)) {
      const [what, id = "", detail = ""] = line.split(" ");
      if (what === "inserted") inserted.add(id);
      if (what === "started") started.set(id, Math.max(started.get(id) ?? 0, Number(detail)));
      if (what === "settled") settled.set(id, detail);
      if (what === "delivered") settled.set(id, "delivered");
    }
    if (round % 5 !== 4) continue;
    const store = sqliteStore(file);
    expect(await store.verify()).toEqual([]);
    const counts = await store.counts();
    expect(
      Object.entries(counts).reduce((sum, [name, n]) => sum + (name.includes(".") ? 0 : n), 0),
    ).toBeGreaterThanOrEqual(inserted.size);
    const claimed = await store.claim({ worker: "w", lanes: [{ lane: "tw/messages", limit: 5 }], leaseMs: 1_000 });
    claimsAfterKill += claimed.length;
    await store.close();
  }
  const store = sqliteStore(file);
  expect(inserted.size).toBeGreaterThan(1_000);
  expect(claimsAfterKill).toBeGreaterThan(0);
  const wanted: Readonly<Record<string, readonly string[]>> = {
    accept: ["accepted", "delivered"],
    delivered: ["delivered"],
    park: ["parked"],
    reconcile: ["reconciling"],
    reconciling: ["reconciling"],
  };
  for (const id of inserted) {
    const record = await store.get(id);
    if (record === null) throw new Error(`${id} was acknowledged and is lost`);
    expect(record.attemptsStarted).toBeGreaterThanOrEqual(started.get(id) ?? 0);
    const ends = wanted[settled.get(id) ?? ""] ?? [record.state];
    expect(ends).toContain(record.state);
  }
  const rescued = await store.rescue({ worker: "r", limit: 100_000, leaseMs: 1_000 });
  expect(rescued).toHaveLength((await store.counts())["sending"] ?? 0);
  await store.close();
});
