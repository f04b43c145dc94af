#!/usr/bin/env -S node --conditions=source --disable-warning=ExperimentalWarning
/**
 * The launcher: finds the right Node and the right form of the program, and then gets out of the way.
 *
 * In a checkout it runs `src/main.ts` as it stands; in a published package there is no `src`, so it runs `dist/main.js`.
 * On the Node that the checkout pins (npx and npm scripts see to it) everything happens in this process. On an older one it
 * hands over to the pinned Node and lives on only to pass signals down and the exit code up.
 * It refuses to know anything about commands.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module, { createRequire } from "node:module";
import net from "node:net";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const oldestMajor = 24;
/** Names the descriptor whose end means that the launcher above is gone. */
const tetherVariable = "LANDLINE_LAUNCHER_FD";

const source = new URL("../src/main.ts", import.meta.url);
const fromSource = existsSync(source);

if (Number.parseInt(process.versions.node, 10) < oldestMajor) {
  handOver();
} else {
  stopWithLauncher();
  stopWithShell();
  agreeOnCondition();
  module.enableCompileCache();
  await import((fromSource ? source : new URL("../dist/main.js", import.meta.url)).href);
}

/** Runs this same file on the pinned Node as a child. */
function handOver() {
  const pinned = pinnedNode();
  if (pinned === null) {
    process.stderr.write(`landline needs Node ${oldestMajor} or newer; this is ${process.version}.\n`);
    process.exit(1);
  }
  const child = spawn(pinned, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    env: { ...process.env, [tetherVariable]: "3" },
  });
  const forward = (signal) => {
    // Ctrl-C in a terminal reaches the whole process group; passed on, it would count as the second one, "stop at once".
    if (signal === "SIGINT" && process.stdin.isTTY) return;
    child.kill(signal);
  };
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  child.on("error", (error) => {
    process.stderr.write(`landline could not start ${pinned}: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}

/** The executable of the `node` package next to us, or null where there is none or it is too old as well. */
function pinnedNode() {
  const require = createRequire(import.meta.url);
  try {
    const manifest = require.resolve("node/package.json");
    if (Number.parseInt(require(manifest).version, 10) < oldestMajor) return null;
    const executable = path.join(path.dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(executable) ? executable : null;
  } catch {
    return null;
  }
}

/** A launcher killed with SIGKILL cannot say goodbye; the end of its pipe says it instead, and we drain as for SIGTERM. */
function stopWithLauncher() {
  const descriptor = process.env[tetherVariable];
  if (descriptor === undefined) return;
  delete process.env[tetherVariable];
  const tether = new net.Socket({ fd: Number(descriptor), readable: true, writable: false });
  tether.on("error", () => {});
  tether.on("close", () => process.kill(process.pid, "SIGTERM"));
  tether.resume();
  tether.unref();
}

/**
 * Between npx or `npm run` and us stands a shell that dies of a SIGTERM and passes none on. Without a parent we are not
 * wanted any more, and drain as for the signal.
 */
function stopWithShell() {
  if (process.env["npm_command"] === undefined) return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 250);
  watch.unref();
}

/** Makes `@landline/*` resolve to sources in a checkout and to builds elsewhere, whatever flags Node was started with. */
function agreeOnCondition() {
  if (process.execArgv.includes("--conditions=source") === fromSource) return;
  module.registerHooks({
    resolve(specifier, context, next) {
      const others = context.conditions.filter((condition) => condition !== "source");
      return next(specifier, { ...context, conditions: fromSource ? ["source", ...others] : others });
    },
  });
}
