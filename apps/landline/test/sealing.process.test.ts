/**
 * A gateway whose store is sealed, as real processes: the disk says nothing, a key that is missing stops the start, and a
 * rotated one loses nothing. The tests are one story.
 */
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { createSealer } from "@landline/host";
import { createSandbox } from "@landline/sandbox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { landline, makePlace, stay, until } from "./kit.ts";
import type { Place, Staying } from "./kit.ts";

type Json = Readonly<Record<string, unknown>>;

const admin = "sealing-test-admin-key-01";
const body = "canary-body-of-the-message";
const number = "+14155550177";
const keys = [1, 2, 3].map((fill) => Buffer.alloc(32, fill).toString("base64")) as [string, string, string];
const idOf = (key: string): string => createSealer([Buffer.from(key, "base64")]).keyId;

let place: Place;
let sandbox: Awaited<ReturnType<typeof createSandbox>>;
let id: string;

beforeAll(async () => {
  place = await makePlace();
  sandbox = await createSandbox({
    provider: "twilio",
    seed: 1,
    faults: { rules: [{ do: { status: 400, code: 21211 } }] },
  });
});

afterAll(async () => {
  await sandbox.close();
  await place.leave();
});

async function configured(encryption?: Json): Promise<string> {
  return place.configure({
    store: "sqlite:./sealed.db",
    apiKeys: [{ name: "ops", role: "admin", key: admin }],
    accounts: {
      tw: {
        provider: "twilio",
        accountSid: `AC${"3".repeat(32)}`,
        authToken: "sealing-test-token",
        from: "+15005550006",
        baseUrl: sandbox.url,
      },
    },
    ...(encryption === undefined ? {} : { encryption }),
  });
}

async function ask(gateway: Staying, address: string, sent?: Json): Promise<Json> {
  const answer = await fetch(`${gateway.url}${address}`, {
    method: sent === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${admin}`, "content-type": "application/json", "idempotency-key": "k1" },
    ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
  });
  return (await answer.json()) as Json;
}

const message = { to: number, body, via: ["tw:sms"], reference: "order_1" };

test("what was handed in is read back, and stands nowhere on the disk", async () => {
  const gateway = await stay(["serve", "--config", await configured({ key: keys[0] }), "--port", "0"]);
  id = String((await ask(gateway, "/v1/messages", message))["id"]);
  const parked = await until(async () => {
    const found = await ask(gateway, `/v1/operations/${id}`);
    return found["state"] === "parked" ? found : null;
  });
  expect(parked).toMatchObject({ input: { Body: body, To: number }, failure: { code: "21211" } });
  expect(await gateway.stop()).toBe(0);
  const files = (await readdir(place.directory)).filter((name) => name.startsWith("sealed.db"));
  const bytes = await Promise.all(files.map(async (name) => readFile(path.join(place.directory, name), "latin1")));
  const stands = (word: string): boolean => bytes.some((text) => text.includes(word));
  expect([stands(body), stands(number), stands(id)]).toEqual([false, false, true]);
});

test("without its key it does not start, says which one is missing, and prints none", async () => {
  for (const encryption of [undefined, { key: keys[1] }]) {
    const config = await configured(encryption);
    for (const command of [["serve", "--port", "0"], ["work"], ["verify"]]) {
      const { code, stdout, stderr } = await landline([...command, "--config", config]);
      expect([command, code, stdout]).toEqual([command, 1, ""]);
      expect(stderr).toContain(`sealed with the key ${idOf(keys[0])}, which is not given`);
      expect(stderr).not.toMatch(/^\s+at .+[:(]/m);
      for (const key of keys) expect(stderr).not.toContain(key);
    }
  }
});

test("with a new key and the old one beside it everything is there, is found, and goes on", async () => {
  const config = await configured({ key: keys[1], oldKeys: [keys[0]] });
  const gateway = await stay(["serve", "--config", config, "--port", "0"]);
  expect(await ask(gateway, `/v1/operations/${id}`)).toMatchObject({ id, input: { Body: body }, reference: "order_1" });
  expect(await ask(gateway, "/v1/messages", message)).toMatchObject({ id });
  for (const filter of [
    `to=${encodeURIComponent(number)}`,
    `q=${encodeURIComponent(number)}`,
    "reference=order_1",
    "code=21211",
  ])
    expect([filter, await ask(gateway, `/v1/operations?${filter}`)]).toMatchObject([filter, { data: [{ id }] }]);
  expect(await gateway.stop()).toBe(0);
  const verified = await landline(["verify", "--config", config]);
  expect([verified.code, verified.stdout]).toEqual([0, "every invariant holds\n"]);
});
