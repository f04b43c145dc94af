/**
 * Stopping: the first Ctrl-C or SIGTERM drains, a second one ends the process at once.
 */
import { say } from "./terminal.ts";

/** Resolves at the first SIGINT or SIGTERM; the second one exits with 130. */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(130);
      asked = true;
      say("stopping; once more stops at once");
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}
