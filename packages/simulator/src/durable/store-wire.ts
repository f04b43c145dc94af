/**
 * The way between a process and its store: takes time, and loses answers.
 *
 * A call that has left takes effect even when its caller dies; an answer that is lost comes back as an error after the
 * commit; an error before the commit changes nothing. The store itself is never wrong.
 */
import type { Store } from "@landline/outbox";
import { between } from "../random.ts";
import type { Process } from "./process.ts";
import type { Scheduler } from "./scheduler.ts";

/** How bad the way is, from 0 to 1. Read at every call. */
export interface Weather {
  /** Calls that fail before they take effect. */
  refused: number;
  /** Calls that take effect and answer with an error. */
  lostAnswers: number;
  /** Calls that take seconds. */
  slow: number;
}

type Verb = (...args: readonly unknown[]) => Promise<unknown>;

/**
 * What a process sees of the store.
 * @param generation changes when another store takes the place of this one: connections to the one before are gone, and
 *   what was on its way ends nowhere
 */
export function storeOver(
  scheduler: Scheduler,
  store: Store,
  process: Process,
  weather: Weather,
  generation: () => number,
): Store {
  const travel = (): number =>
    process.random() < weather.slow ? between(process.random, 100, 15_000) : between(process.random, 0, 3);
  const call = async (verb: Verb, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const dice = process.random();
      const back = (end: () => void): void => {
        scheduler.at(scheduler.now + travel(), end, process);
      };
      if (dice < weather.refused) {
        back(() => reject(new Error("the database cannot be reached")));
        return;
      }
      const began = generation();
      const isLost = dice < weather.refused + weather.lostAnswers;
      scheduler.at(scheduler.now + travel(), () => {
        if (generation() !== began) return back(() => reject(new Error("the connection is gone")));
        verb(...args).then(
          (answer) => back(() => (isLost ? reject(new Error("connection lost during commit")) : resolve(answer))),
          (error: unknown) => back(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    });
  const verbs = new Map<string | symbol, unknown>();
  return new Proxy(store, {
    get(target, name) {
      const known = verbs.get(name);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const bound = value.bind(target) as Verb;
      const verb = async (...args: readonly unknown[]): Promise<unknown> => call(bound, args);
      verbs.set(name, verb);
      return verb;
    },
  });
}
