import { createHost, hashing } from "@landline/host";
import { createMemoryStore } from "@landline/outbox/testing";
import { expect, test, vi } from "vitest";
import { createSessions, sessionMs } from "./sessions.ts";

function world() {
  let now = 1_000_000;
  const timers: (() => void)[] = [];
  const documents = createMemoryStore({ now: () => now });
  let tokens = 0;
  const sessions = createSessions({
    documents,
    host: {
      now: () => now,
      digest: createHost().digest,
      after: (_, callback) => {
        timers.push(callback);
        return () => void timers.splice(timers.indexOf(callback), 1);
      },
    },
    newToken: () => `token-${(tokens += 1)}`,
    equal: hashing.equal,
  });
  return { sessions, documents, timers, pass: (ms: number) => (now += ms) };
}

test("sessions that are over leave the store; those that live stay", async () => {
  const { sessions, documents, pass } = world();
  const old = await sessions.begin("digest");
  pass(sessionMs - 1);
  const young = await sessions.begin("digest");
  expect(await sessions.prune()).toBe(0);
  pass(1);
  expect(await sessions.prune()).toBe(1);
  expect(await sessions.find(old.token)).toBeNull();
  expect(await sessions.find(young.token)).not.toBeNull();
  expect(await documents.listDocuments("sessions")).toHaveLength(1);
});

test("one that was ended leaves nothing behind, and so does what is no session", async () => {
  const { sessions, documents } = world();
  const { token } = await sessions.begin("digest");
  await sessions.end(token);
  await documents.putDocument("sessions", "old", { ended: true });
  expect(await sessions.find(token)).toBeNull();
  await sessions.prune();
  expect(await documents.listDocuments("sessions")).toEqual([]);
});

test("pruning goes on by itself, also after the store was away, and stops when told", async () => {
  const { sessions, documents, timers, pass } = world();
  await sessions.begin("digest");
  pass(sessionMs);
  const away = vi.spyOn(documents, "listDocuments").mockRejectedValueOnce(new Error("away"));
  const errors: unknown[] = [];
  const stop = sessions.startPruning((error) => void errors.push(error));
  await vi.waitFor(() => expect(timers).toHaveLength(1), 5_000);
  expect(errors).toHaveLength(1);
  timers.shift()?.();
  await vi.waitFor(() => expect(timers).toHaveLength(1), 5_000);
  expect(away).toHaveBeenCalledTimes(2);
  expect(await documents.listDocuments("sessions")).toEqual([]);
  stop();
  expect(timers).toEqual([]);
});
