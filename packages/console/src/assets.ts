/**
 * Where the built console lies, for whoever serves it. The only module of this package that runs in Node.
 */
import { fileURLToPath } from "node:url";

/** The directory of the built files (`index.html`, `assets/…`); it does not exist before `npm run build`. */
export function consoleDirectory(): string {
  const fromSource = import.meta.url.endsWith(".ts");
  return fileURLToPath(new URL(fromSource ? "../dist/app/" : "./app/", import.meta.url));
}
