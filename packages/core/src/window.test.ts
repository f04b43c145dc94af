import { expect, test } from "vitest";
import { createWindow, hasRoom, resize } from "./window.ts";

test("has room for whole attempts only, and keeps between one and its most", () => {
  const window = createWindow(5);
  resize(window, 2.9);
  window.inFlight = 1;
  expect(hasRoom(window)).toBe(true);
  window.inFlight = 2;
  expect(hasRoom(window)).toBe(false);
  resize(window, 0);
  expect(window.size).toBe(1);
  resize(window, 100);
  expect(window.size).toBe(5);
});
