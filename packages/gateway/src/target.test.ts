import { expect, test } from "vitest";
import { targetOf } from "./target.ts";

test("the parts of a URL, as the URL parser sees them", () => {
  for (const url of [
    "http://a",
    "http://a/",
    "http://a:1/x/y?q=1&r=?",
    "https://[::1]:8/x#f?g",
    "http://a?q=1",
    "http://a/x?#",
    "http://a/x?q#h",
  ]) {
    const { origin, pathname, search } = new URL(url);
    expect([url, targetOf(url)]).toEqual([url, { origin, path: pathname, query: search.slice(1), params: {} }]);
  }
});
