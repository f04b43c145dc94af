/**
 * Tests run from the sources of every package, never from a build: the `source` condition of each `exports` entry does it,
 * for modules that vite resolves and for those that Node resolves itself.
 * Two projects: `unit` stays in this process and is fast; `process` starts real ones and may take its time.
 */
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const processTests = ["**/*.process.test.ts"];
const never = ["**/node_modules/**", "**/dist/**", "**/.stryker-tmp/**"];
const shared = {
  environment: "node" as const,
  execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"],
  pool: "forks" as const,
};

export default defineConfig({
  ssr: {
    resolve: {
      conditions: ["source", ...defaultServerConditions],
      externalConditions: ["source"],
    },
  },
  test: {
    passWithNoTests: true,
    // A slow machine is no bug: whoever polls has time, and only what never comes is red.
    expect: { poll: { timeout: 15_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: "unit",
          include: ["**/*.test.ts", "**/*.test.tsx"],
          exclude: [...processTests, ...never],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "process",
          include: processTests,
          exclude: never,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["packages/core/src/**/*.ts"],
      exclude: ["**/*.test.ts"],
      reporter: ["text", "html"],
      thresholds: { 100: true },
    },
  },
});
