/** Only the tests of this package, in one process: what `npm run mutation` runs against every mutant. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["packages/core/src/**/*.test.ts"], environment: "node", testTimeout: 20_000 },
});
