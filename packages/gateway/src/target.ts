/** Splits a request's URL without building a URL object: the hot path needs its parts and nothing else. */
import type { Target } from "./serve.ts";

/** Origin, path and query of an absolute URL; parameters are filled in by the router. */
export function targetOf(url: string): Target {
  const start = url.indexOf("//") + 2;
  const slash = url.indexOf("/", start);
  const hash = url.indexOf("#");
  const end = hash < 0 ? url.length : hash;
  const pathStart = slash < 0 ? end : slash;
  const mark = url.indexOf("?", start);
  const pathEnd = mark < 0 || mark > end ? end : mark;
  return {
    origin: url.slice(0, Math.min(pathStart, pathEnd)),
    path: url.slice(pathStart, pathEnd) || "/",
    query: url.slice(Math.min(pathEnd + 1, end), end),
    params: noParams,
  };
}

const noParams: Readonly<Record<string, string>> = {};
