/**
 * What a broken configuration ends with. Apart from the reading, so that whoever only reports it need not load providers.
 */
import type { ConfigFault } from "@landline/core";

/** A configuration that cannot be used: every fault, with its path. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly ConfigFault[];
  readonly file: string | null;
  constructor(file: string | null, faults: readonly ConfigFault[]) {
    const lines = faults.map((fault) => (fault.path === "" ? fault.message : `${fault.path}: ${fault.message}`));
    super(
      `${file ?? "the configuration"} has ${faults.length} fault${faults.length === 1 ? "" : "s"}:\n  ${lines.join("\n  ")}`,
    );
    this.file = file;
    this.faults = faults;
  }
}
