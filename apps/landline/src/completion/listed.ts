/** Words that an argument or option may be, for help and completion. The command itself checks, in its own words. */
import type { Argument, Option } from "commander";

/** Adds the words. */
export function listed<T extends Argument | Option>(holder: T, words: readonly string[]): T {
  holder.argChoices = [...words];
  return holder;
}
