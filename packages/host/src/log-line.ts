/**
 * One line per event, for people on a terminal and for machines that read JSON. It writes what it is given: leaving
 * secrets and bodies out is the caller's duty, and the caller has the redaction.
 */

/** How much a line matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Values a line may carry besides its event. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Takes one event. Never throws. */
export type LogLine = (level: LogLevel, event: string, fields?: LogFields) => void;

/** Where lines go. */
export interface ConsolePort {
  write(level: LogLevel, line: string): void;
}

/** Standard error for everything, so that standard output stays free for answers. */
export const consolePort: ConsolePort = {
  write: (_level, line) => {
    console.error(line);
  },
};

/**
 * A log that writes lines.
 * @param options.json one JSON object per line instead of `time level event key=value`
 * @param options.least lines below this level are dropped; `info` by default
 */
export function logLine(
  options: {
    readonly json?: boolean;
    readonly least?: LogLevel;
    readonly port?: ConsolePort;
    readonly now?: () => number;
  } = {},
): LogLine {
  const { json = false, least = "info", port = consolePort, now = Date.now } = options;
  return (level, event, fields = {}) => {
    if (rank[level] < rank[least]) return;
    const time = new Date(now()).toISOString();
    port.write(level, json ? JSON.stringify({ time, level, event, ...fields }) : plain(time, level, event, fields));
  };
}

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

function plain(time: string, level: LogLevel, event: string, fields: LogFields): string {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${written(value)}`);
  return [time, level, event, ...parts].join(" ");
}

/** Quoted when it would not read back as one word; so a line stays one line. */
function written(value: LogFields[string]): string {
  return typeof value === "string" && !/^[^\s"=]+$/.test(value) ? JSON.stringify(value) : String(value);
}
