/**
 * `landline sandbox` without the terminal: reads the faults file, starts the sandbox, prints nothing.
 * Whatever a person can get wrong comes back as a value, all of it at once.
 */
import { readFile } from "node:fs/promises";
import { providerNames } from "./fake.ts";
import type { ProviderName } from "./fake.ts";
import { parseFaults } from "./faults/parse.ts";
import type { Defect } from "./faults/parse.ts";
import type { FaultDocument } from "./faults/rules.ts";
import { createSandbox } from "./sandbox.ts";
import type { Sandbox, SandboxOptions } from "./sandbox.ts";

/** What the command line says, plus whatever else {@link SandboxOptions} knows. */
export interface RunOptions extends Omit<SandboxOptions, "provider" | "providers" | "faults"> {
  /** Names as typed; none means all. */
  readonly providers: readonly string[];
  /** Path of a JSON document of faults. */
  readonly faultsFile?: string;
}

/** A running sandbox, or everything that is wrong with what was asked for. */
export type RunResult =
  | { readonly ok: true; readonly sandbox: Sandbox }
  | { readonly ok: false; readonly message: string; readonly defects: readonly Defect[] };

/** Starts what the command line asks for. */
export async function runSandbox(options: RunOptions): Promise<RunResult> {
  const { providers: typed, faultsFile, ...rest } = options;
  const strangers = typed.filter((name) => !isProvider(name));
  const unknown = strangers.map((name) => ({ field: name, message: `is not one of ${providerNames.join(", ")}` }));
  const faults = await readFaults(faultsFile);
  const defects = [...unknown, ...(faults.ok ? [] : faults.defects)];
  if (defects.length > 0 || !faults.ok) return { ok: false, message: sentence(defects), defects };
  const providers = typed.length === 0 ? providerNames : typed.filter(isProvider);
  try {
    return { ok: true, sandbox: await createSandbox({ ...rest, providers, faults: faults.document }) };
  } catch (error) {
    const message = (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? "is taken" : (error as Error).message;
    const field = (error as NodeJS.ErrnoException).code === "EADDRINUSE" ? `port ${rest.port ?? 0}` : "sandbox";
    return { ok: false, message: sentence([{ field, message }]), defects: [{ field, message }] };
  }
}

const isProvider = (name: string): name is ProviderName => (providerNames as readonly string[]).includes(name);

const sentence = (defects: readonly Defect[]): string =>
  defects.map(({ field, message }) => `${field} ${message}`).join("; ");

async function readFaults(
  path: string | undefined,
): Promise<{ ok: true; document: FaultDocument } | { ok: false; defects: readonly Defect[] }> {
  if (path === undefined) return { ok: true, document: { rules: [] } };
  const wrong = (message: string): { ok: false; defects: readonly Defect[] } => {
    return { ok: false, defects: [{ field: path, message }] };
  };
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    return wrong(`cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong("is not JSON");
  }
  const parsed = parseFaults(value);
  if (parsed.ok) return parsed;
  return { ok: false, defects: parsed.defects.map((each) => ({ ...each, field: `${path}: ${each.field}` })) };
}
