/** Closing: what was asked before is done, what is asked later is refused. */
import { expect, test } from "vitest";
import { newOperation } from "./build.ts";
import type { OpenStore } from "./kit.ts";

/** Tests of `close`. */
export function closing(open: OpenStore): void {
  test("close finishes what is under way and refuses what comes later", async () => {
    const opened = await open();
    const { store } = opened;
    const now = await store.now();
    const under = [newOperation(now), newOperation(now)].map((operation) => store.insert(operation));
    await store.close();
    expect((await Promise.all(under)).map(({ type }) => type)).toEqual(["inserted", "inserted"]);
    await expect(store.insert(newOperation(now))).rejects.toThrow(/closed/);
    await expect(store.get("op_1")).rejects.toThrow(/closed/);
    await opened.close();
  });
}
