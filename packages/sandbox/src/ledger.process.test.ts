/** The ledger outlives the sandbox: a real process, really killed. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createSandbox } from "./sandbox.ts";
import { call, create } from "./testing/twilio-request.ts";

let folder: string;
let ledgerFile: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "sandbox-ledger-"));
  ledgerFile = path.join(folder, "ledger.jsonl");
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function start(): Promise<{ child: ChildProcess; url: string }> {
  const sandbox = path.join(import.meta.dirname, "sandbox.ts");
  const script = `const { createSandbox } = await import(${JSON.stringify(sandbox)});
    const sandbox = await createSandbox({ ledgerFile: ${JSON.stringify(ledgerFile)} });
    console.log(sandbox.url);`;
  const child = spawn(process.execPath, ["--conditions=source", "--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve) => child.stdout.once("data", (text) => resolve(String(text).trim())));
  return { child, url };
}

test("whoever was told of a message finds it in the ledger after SIGKILL, and the sandbox goes on from there", async () => {
  const { child, url } = await start();
  const told: string[] = [];
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const callers = Array.from({ length: 20 }, async () => {
    for (;;) {
      const answer = await create(url).catch(() => null);
      if (answer === null) return;
      told.push(String(answer.json["sid"]));
      if (told.length === 300) child.kill("SIGKILL");
    }
  });
  await Promise.all(callers);
  await gone;
  const again = await createSandbox({ ledgerFile });
  const known = new Set(again.effects().map(({ id }) => id));
  expect(told.length).toBeGreaterThanOrEqual(300);
  expect(told.filter((sid) => !known.has(sid))).toEqual([]);
  expect((await call(again.url, "GET", `/Messages/${told[0] ?? ""}.json`)).json).toMatchObject({ sid: told[0] });
  const before = again.ledger().at(-1)?.seq ?? 0;
  await create(again.url);
  expect(again.ledger().at(-1)?.seq).toBe(before + 2);
  await again.close();
});

test("a line cut by a kill is dropped; a damaged one in the middle is an error that says where", async () => {
  const first = await createSandbox({ ledgerFile });
  await create(first.url);
  await first.close();
  await appendFile(ledgerFile, '{"type":"eff');
  const second = await createSandbox({ ledgerFile });
  expect(second.ledger()).toMatchObject([{ type: "request", answer: { status: 201 } }, { type: "effect" }]);
  await create(second.url);
  await second.close();
  expect(
    (await readFile(ledgerFile, "utf8"))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown),
  ).toHaveLength(6);
  await writeFile(ledgerFile, `nonsense\n${await readFile(ledgerFile, "utf8")}`);
  await expect(createSandbox({ ledgerFile })).rejects.toThrow(`${ledgerFile}:1`);
});

test("a reset is remembered; idempotency and consent are too", async () => {
  const options = { providers: ["twilio", "noticia", "red-cloud"] as const, ledgerFile };
  const first = await createSandbox(options);
  await create(first.urls.twilio ?? "");
  first.reset();
  const send = async (url: string): Promise<Response> =>
    fetch(`${url}/v1/subscriptions/opt-in`, {
      method: "POST",
      headers: { "x-api-key": "ntca_1", "content-type": "application/json", "idempotency-key": "k" },
      body: JSON.stringify({ phoneNumber: "+15551234567", consentSource: "WEB_FORM" }),
    });
  await send(first.urls.noticia ?? "");
  await first.close();
  const second = await createSandbox(options);
  expect(second.effects().map(({ operation }) => operation)).toEqual(["subscriptions.opt-in"]);
  expect((await send(second.urls.noticia ?? "")).headers.get("idempotent-replayed")).toBe("true");
  expect(second.effects()).toHaveLength(1);
  await second.close();
});
