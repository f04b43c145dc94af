/** Every command of the contract, in the order `--help` shows them. */
import type { Command } from "commander";
import { registerDemo } from "./demo.ts";
import { registerExplain } from "./explain.ts";
import { registerSandbox } from "./sandbox.ts";
import { registerServe, registerWork } from "./serve.ts";

/** Adds one command to the program. */
export type Register = (program: Command) => void;

/** See the module comment. */
export const commands: readonly Register[] = [
  registerDemo,
  registerServe,
  registerWork,
  registerSandbox,
  registerExplain,
];
