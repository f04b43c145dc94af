/**
 * Looks at every package the way a registry would see it: publint for the manifest and its files, attw for what
 * TypeScript resolves. Ends with 1 when either finds something.
 */
import { spawnSync } from "node:child_process";
import { stageAll } from "./stage.ts";

const run = (command: string, args: readonly string[]): boolean => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
  return status === 0;
};

const faulty = stageAll().filter(({ name, folder, importable }) => {
  const sound = run("publint", ["run", "--strict", folder]);
  const typed = !importable || run("attw", ["--pack", folder, "--profile", "esm-only", "--format", "ascii"]);
  process.stdout.write(`${sound && typed ? "ok" : "NOT OK"}  ${name}\n`);
  return !(sound && typed);
});
process.exitCode = faulty.length === 0 ? 0 : 1;
