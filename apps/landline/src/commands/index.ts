/** Every command of the contract, in the order `--help` shows them. */
import type { Command } from "commander";
import { registerChannels } from "./check-channels.ts";
import { registerCompletion } from "./completion.ts";
import { registerDemo } from "./demo.ts";
import { registerDoctor } from "./doctor.ts";
import { registerExplain } from "./explain.ts";
import { registerKeys } from "./keys.ts";
import { registerOperations, registerSend } from "./operations.ts";
import { registerRestore } from "./restore.ts";
import { registerReview } from "./review.ts";
import { registerSandbox } from "./sandbox.ts";
import { registerServe, registerWork } from "./serve.ts";
import { registerMigrate, registerPrune, registerVerify } from "./store.ts";

/** Adds one command to the program. */
export type Register = (program: Command) => void;

/** See the module comment. */
export const commands: readonly Register[] = [
  registerDemo,
  registerServe,
  registerWork,
  registerSandbox,
  registerSend,
  registerOperations,
  registerReview,
  registerExplain,
  registerKeys,
  registerChannels,
  registerMigrate,
  registerDoctor,
  registerVerify,
  registerPrune,
  registerRestore,
  registerCompletion,
];
