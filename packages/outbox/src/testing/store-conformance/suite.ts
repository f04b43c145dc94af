/**
 * What every store must give, whatever it is made of: the doc comments of `ports.ts`, as tests.
 *
 * Call it at the top level of a vitest file. A store passes when all of it does; there are no optional parts, only
 * hooks (`advance`, `reopen`) that make the same tests quicker or sharper.
 */
import { describe } from "vitest";
import { claiming } from "./claiming.ts";
import { closing } from "./closing.ts";
import { commanding } from "./commanding.ts";
import { desking } from "./desking.ts";
import { doubting } from "./doubting.ts";
import { expiring } from "./expiring.ts";
import { inserting } from "./inserting.ts";
import { keeping } from "./keeping.ts";
import type { OpenStore } from "./kit.ts";
import { looking } from "./looking.ts";
import { modelled } from "./model.ts";
import { moving } from "./moving.ts";
import { receiving } from "./receiving.ts";
import { rescuing } from "./rescuing.ts";
import { settling } from "./settling.ts";
import { summing } from "./summing.ts";

/**
 * Runs the suite.
 * @param name of the store, for the report
 * @param open gives a fresh, empty store for each test
 */
export function storeConformance(name: string, open: OpenStore): void {
  describe(`${name} keeps the guarantees of a store`, () => {
    describe("inserting", () => {
      inserting(open);
    });
    describe("claiming", () => {
      claiming(open);
    });
    describe("settling", () => {
      settling(open);
    });
    describe("rescuing", () => {
      rescuing(open);
    });
    describe("doubting", () => {
      doubting(open);
    });
    describe("expiring", () => {
      expiring(open);
    });
    describe("commanding", () => {
      commanding(open);
    });
    describe("desking", () => {
      desking(open);
    });
    describe("receiving", () => {
      receiving(open);
    });
    describe("moving", () => {
      moving(open);
    });
    describe("looking", () => {
      looking(open);
    });
    describe("summing", () => {
      summing(open);
    });
    describe("keeping", () => {
      keeping(open);
    });
    describe("closing", () => {
      closing(open);
    });
    describe("any life", () => {
      modelled(open);
    });
  });
}
