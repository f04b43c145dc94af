import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createFairQueue, drop, enqueue, putBack, relief, take } from "./fair-queue.ts";
import { operationClasses } from "./policy.ts";

test("subjects take turns, each in its own order", () => {
  const queue = createFairQueue<string>();
  for (const item of ["a1", "a2", "a3"]) enqueue(queue, item, "standard", "a");
  for (const item of ["b1", "b2"]) enqueue(queue, item, "standard", "b");
  const order = Array.from({ length: 6 }, () => take(queue)?.item ?? null);
  expect(order).toEqual(["a1", "b1", "a2", "b2", "a3", null]);
});

test("critical goes first, and whoever waits behind it gets one turn in a while", () => {
  const queue = createFairQueue<string>();
  for (let index = 0; index < 100; index += 1) enqueue(queue, "c", "critical", "x");
  enqueue(queue, "s", "standard", "x");
  enqueue(queue, "b", "bulk", "x");
  const order = Array.from({ length: 60 }, () => take(queue)?.item);
  expect(order.slice(0, relief)).toEqual(Array.from({ length: relief }, () => "c"));
  expect(order).toContain("s");
  expect(order).toContain("b");
});

test("what was put back is first of its subject again, what was dropped never comes", () => {
  const queue = createFairQueue<number>();
  const tickets = [1, 2, 3].map((item) => enqueue(queue, item, "bulk", "x"));
  const first = take(queue);
  expect(first?.item).toBe(1);
  if (first !== null) putBack(queue, first);
  expect(drop(queue, tickets[1]!)).toBe(true);
  expect(drop(queue, tickets[1]!)).toBe(false);
  expect([take(queue)?.item, take(queue)?.item, take(queue)]).toEqual([1, 3, null]);
});

test("a ticket that still waits cannot be put back, and one put back into an emptied row is first and last", () => {
  const queue = createFairQueue<number>();
  const ticket = enqueue(queue, 1, "standard", "x");
  putBack(queue, ticket);
  expect(queue.size).toBe(1);
  expect(take(queue)).toBe(ticket);
  putBack(queue, ticket);
  enqueue(queue, 2, "standard", "x");
  expect([take(queue)?.item, take(queue)?.item, take(queue)]).toEqual([1, 2, null]);
});

test("nothing is lost, doubled or starved, whatever is added, taken, put back and dropped", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom("add", "take", "back", "drop"),
          fc.constantFrom(...operationClasses),
          fc.nat(4),
          fc.nat(50),
        ),
        {
          maxLength: 400,
        },
      ),
      (script) => {
        const queue = createFairQueue<number>();
        const tickets: ReturnType<typeof enqueue<number>>[] = [];
        const out = new Set<number>();
        const waiting = new Set<number>();
        const wrong: string[] = [];
        for (const [verb, klass, subject, pick] of script) {
          if (verb === "add") {
            tickets.push(enqueue(queue, tickets.length, klass, `s${subject}`));
            waiting.add(tickets.length - 1);
          } else if (verb === "take") {
            const ticket = take(queue);
            if ((ticket === null) !== (waiting.size === 0)) wrong.push("took nothing although something waits");
            if (ticket !== null) {
              if (!waiting.delete(ticket.item)) wrong.push(`took ${ticket.item}, which did not wait`);
              out.add(ticket.item);
            }
          } else {
            const ticket = tickets[pick % Math.max(1, tickets.length)];
            if (ticket === undefined) continue;
            if (verb === "drop") {
              const was = waiting.has(ticket.item);
              if (drop(queue, ticket) !== was) wrong.push(`dropping ${ticket.item} was answered wrongly`);
              waiting.delete(ticket.item);
            } else if (out.has(ticket.item) && ticket.state === "taken") {
              putBack(queue, ticket);
              out.delete(ticket.item);
              waiting.add(ticket.item);
            }
          }
          expect(queue.size).toBe(waiting.size);
        }
        expect(wrong).toEqual([]);
        const rest: number[] = [];
        for (let ticket = take(queue); ticket !== null; ticket = take(queue)) rest.push(ticket.item);
        expect(new Set(rest)).toEqual(waiting);
        expect(rest).toHaveLength(waiting.size);
      },
    ),
    { numRuns: 150 },
  );
});
