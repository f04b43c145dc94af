/**
 * Looks at every package the way a registry would see it: publint for the manifest and its files, attw for what
 * TypeScript resolves; and starts the published program once. Ends with 1 when any of them finds something.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { stageAll } from "./stage.ts";

const run = (command: string, args: readonly string[]): boolean => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
  return status === 0;
};

const packages = stageAll();
const faulty = packages.filter(({ name, folder, importable }) => {
  const sound = run("publint", ["run", "--strict", folder]);
  const typed = !importable || run("attw", ["--pack", folder, "--profile", "esm-only", "--format", "ascii"]);
  process.stdout.write(`${sound && typed ? "ok" : "NOT OK"}  ${name}\n`);
  return !(sound && typed);
});
const program = packages.find(({ name }) => name === "landline");
const starts =
  program !== undefined &&
  run("node", [path.join(program.folder, "bin", "landline.js"), "explain", "twilio", "--code", "21211"]);
process.stdout.write(`${starts ? "ok" : "NOT OK"}  the published program starts\n`);
process.exitCode = faulty.length === 0 && starts ? 0 : 1;
