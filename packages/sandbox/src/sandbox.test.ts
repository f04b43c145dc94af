/** The sandbox as a whole: several providers, the admin API, the command line's half. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runSandbox } from "./run.ts";
import { createSandbox, SandboxFaultsError } from "./sandbox.ts";
import type { Sandbox } from "./sandbox.ts";
import { create } from "./testing/twilio-request.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ providers: ["twilio", "red-cloud", "noticia"] });
});
beforeEach(() => {
  sandbox.setFaults([]);
  sandbox.reset();
});
afterAll(async () => sandbox.close());

type Json = Record<string, unknown>;
const admin = async (method: string, at: string, body?: unknown): Promise<{ status: number; json: Json }> => {
  const response = await fetch(`${sandbox.url}/_sandbox/${at}`, {
    method,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text === "" ? {} : (JSON.parse(text) as Json) };
};

describe("several providers", () => {
  test("each on its own port, under its prefix, and by its unmistakable paths; one ledger", async () => {
    for (const base of [sandbox.urls.twilio ?? "", `${sandbox.url}/twilio`, sandbox.url])
      expect((await create(base)).status).toBe(201);
    const stores = { headers: { "x-api-key": "ntca_1" } };
    for (const base of [sandbox.urls.noticia ?? "", `${sandbox.url}/noticia`, sandbox.url])
      expect((await fetch(`${base}/v1/stores`, stores)).status).toBe(200);
    expect((await fetch(`${sandbox.url}/red-cloud/api/core/whoami`)).status).toBe(401);
    expect((await fetch(`${sandbox.url}/api/core/whoami`)).status).toBe(401);
    expect((await fetch(`${sandbox.url}/elsewhere`)).status).toBe(404);
    expect(sandbox.ledger().filter(({ type }) => type === "request")).toHaveLength(8);
    expect(new Set(Object.values(sandbox.urls)).size).toBe(3);
  });

  test("a rule for one provider leaves the others alone", async () => {
    sandbox.setFaults([{ when: { provider: "twilio" }, do: { status: 500 } }]);
    expect((await create(sandbox.url)).status).toBe(500);
    expect((await fetch(`${sandbox.url}/v1/stores`, { headers: { "x-api-key": "ntca_1" } })).status).toBe(200);
  });

  test("nothing but the loopback address answers", async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal);
    for (const { address } of outside)
      await expect(
        fetch(`http://${address}:${sandbox.port}/_sandbox/`, { signal: AbortSignal.timeout(10_000) }),
      ).rejects.toThrow(/terminated|fetch failed/);
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});

describe("the admin API", () => {
  test("faults are set, shown, and replaced", async () => {
    const rules = [{ when: { operation: "messages.create" }, do: { status: 503 } }];
    expect(await admin("POST", "faults", { rules })).toEqual({ status: 200, json: { rules } });
    expect((await create(sandbox.url)).status).toBe(503);
    expect((await admin("GET", "faults")).json).toEqual({ rules });
    await admin("POST", "faults", { rules: [] });
    expect((await create(sandbox.url)).status).toBe(201);
  });

  test("bad faults: 400 with every field, and the old rules stay", async () => {
    sandbox.setFaults([{ do: { status: 503 } }]);
    const { status, json } = await admin("POST", "faults", { rules: [{ do: { delay: "x", hang: 1 } }] });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: "VALIDATION_ERROR",
      request_id: expect.stringMatching(/^req_/) as string,
      details: { field: "rules[0].do.delay", faults: [{ field: "rules[0].do.delay" }, { field: "rules[0].do.hang" }] },
    });
    expect((await admin("POST", "faults", "{")).status).toBe(400);
    expect((await create(sandbox.url)).status).toBe(503);
  });

  test("the ledger: all of it, effects alone, one recipient, from a point on", async () => {
    await create(sandbox.url, {}, { "Idempotency-Key": "k1" });
    await create(sandbox.url, { To: "+15550000009", StatusCallback: "http://127.0.0.1:9/hook?op=op_7#rc=5" });
    const all = (await admin("GET", "ledger")).json;
    expect(all).toMatchObject({ requests: [{ seq: 1 }, { seq: 3 }], effects: [{ seq: 2 }, { seq: 4 }], last_seq: 4 });
    expect((all["entries"] as Json[]).map(({ seq, type }) => [seq, type])).toEqual([
      [1, "request"],
      [2, "effect"],
      [3, "request"],
      [4, "effect"],
    ]);
    const entries = async (query: string): Promise<Json[]> =>
      (await admin("GET", `ledger?${query}`)).json["entries"] as Json[];
    expect(await entries("effects")).toMatchObject([{ idempotency_key: "k1", request: 1 }, { operation_id: "op_7" }]);
    expect(await entries("effects&to=%2B15550000009")).toHaveLength(1);
    expect(await entries("requests&since=1")).toMatchObject([{ seq: 3 }]);
    expect(await entries("limit=1")).toHaveLength(1);
    expect((await admin("GET", "ledger?since=x")).status).toBe(400);
  });

  test("control, reset, and what is not there", async () => {
    const revoke = { provider: "red-cloud", action: "revoke-tokens" };
    expect((await admin("POST", "control", revoke)).status).toBe(200);
    expect((await admin("POST", "control", { ...revoke, action: "explode" })).json).toMatchObject({
      details: { field: "action" },
    });
    expect((await admin("POST", "control", { action: "x" })).json).toMatchObject({ details: { field: "provider" } });
    await create(sandbox.url);
    expect((await admin("POST", "reset")).status).toBe(204);
    expect(sandbox.ledger()).toEqual([]);
    expect((await admin("GET", "nothing")).json).toMatchObject({ code: "NOT_FOUND" });
    expect((await admin("GET", "reset")).json).toMatchObject({ code: "METHOD_NOT_ALLOWED" });
    expect((await admin("GET", "callbacks")).json).toEqual({ callbacks: [] });
    expect((await admin("GET", "")).json).toMatchObject({ urls: sandbox.urls });
  });
});

describe("determinism", () => {
  test("the same seed gives the same faults for the same sequence; reset starts it anew", async () => {
    const run = async (seed: number): Promise<number[]> => {
      const seeded = await createSandbox({ seed, faults: [{ when: { share: 0.5 }, do: { status: 503 } }] });
      const statuses: number[] = [];
      for (let index = 0; index < 20; index += 1) statuses.push((await create(seeded.url)).status);
      seeded.reset();
      expect((await create(seeded.url)).status).toBe(statuses[0]);
      await seeded.close();
      return statuses;
    };
    const first = await run(11);
    expect(await run(11)).toEqual(first);
    expect(await run(12)).not.toEqual(first);
  });

  test("reset brings back the rules it was started with", async () => {
    const started = await createSandbox({ faults: [{ do: { status: 503 } }] });
    started.setFaults([{ do: { status: 400 } }]);
    expect((await create(started.url)).status).toBe(400);
    started.reset();
    expect((await create(started.url)).status).toBe(503);
    await started.close();
  });

  test("bad faults are refused in code, too", async () => {
    await expect(createSandbox({ faults: [{ do: { status: 1 } }] })).rejects.toBeInstanceOf(SandboxFaultsError);
  });
});

describe("runSandbox", () => {
  test("starts what is asked for, with the faults of a file", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "sandbox-run-"));
    const faultsFile = path.join(folder, "faults.json");
    await writeFile(faultsFile, JSON.stringify({ rules: [{ do: { status: 503 } }] }));
    const started = await runSandbox({ providers: ["twilio"], faultsFile });
    if (!started.ok) throw new Error(started.message);
    expect(started.sandbox.urls).toEqual({ twilio: started.sandbox.url });
    expect((await create(started.sandbox.url)).status).toBe(503);
    const taken = await runSandbox({ providers: ["twilio"], port: started.sandbox.port });
    expect(taken).toMatchObject({ ok: false, message: `port ${started.sandbox.port} is taken` });
    await started.sandbox.close();
    await writeFile(faultsFile, JSON.stringify({ rules: [{ do: { delay: "x" } }] }));
    const refused = await runSandbox({ providers: ["twilio", "acme"], faultsFile });
    expect(refused.ok ? [] : refused.defects.map(({ field }) => field)).toEqual([
      "acme",
      `${faultsFile}: rules[0].do.delay`,
    ]);
    await writeFile(faultsFile, "{");
    expect(await runSandbox({ providers: [], faultsFile })).toMatchObject({
      ok: false,
      message: `${faultsFile} is not JSON`,
    });
    const missing = path.join(folder, "missing.json");
    expect(await runSandbox({ providers: [], faultsFile: missing })).toMatchObject({
      ok: false,
      message: `${missing} cannot be read (ENOENT)`,
    });
    await rm(folder, { recursive: true });
  });
});
