/**
 * Recognises that a provider, and not one operation, is in trouble: transient failures on two or more of its
 * operation families within a window. Then every lane of the provider is held, somebody is paged once, one request
 * probes, and the lanes come back along a ramp.
 *
 * Pure: a state and events in, a state and effects out. It refuses to page, to hold and to probe by itself.
 */

/** The numbers of the detection; times in milliseconds. */
export interface IncidentOptions {
  /** Operation families that must fail. Default 2. */
  readonly familiesMin: number;
  /** Failures needed in each of them. Default 3. */
  readonly failuresMin: number;
  /** Share of a family's answers that must be failures. Default 0.5. */
  readonly failureRatio: number;
  /** How long an answer counts. Default 30,000. */
  readonly windowMs: number;
  /** Pause before the first probe, doubled after each that fails. Default 2,000. */
  readonly probeMs: number;
  /** Longest pause between probes. Default 30,000. */
  readonly probeMaxMs: number;
  /** How long the lanes take to come back after a good probe. Default 10,000. */
  readonly rampMs: number;
}

/** The defaults of {@link IncidentOptions}. */
export const defaultIncident: IncidentOptions = {
  familiesMin: 2,
  failuresMin: 3,
  failureRatio: 0.5,
  windowMs: 30_000,
  probeMs: 2_000,
  probeMaxMs: 30_000,
  rampMs: 10_000,
};

/** One transient failure, kept as evidence. */
export interface IncidentEvidence {
  readonly at: number;
  readonly family: string;
  /** Status, code or transport error, as one short text. */
  readonly what: string;
}

/** One incident, for the record. */
export interface Incident {
  readonly provider: string;
  readonly startedAt: number;
  /** Null while it lasts. */
  readonly endedAt: number | null;
  readonly evidence: readonly IncidentEvidence[];
  readonly families: readonly string[];
  /** Operations that were held because of it. */
  readonly operationsHeld: number;
  readonly probes: number;
  /** What the provider's status page said, for people. */
  readonly hint: string | null;
}

/** What happened at a provider. */
export type IncidentEvent =
  | { readonly type: "failure"; readonly at: number; readonly family: string; readonly what: string }
  | { readonly type: "success"; readonly at: number; readonly family: string }
  | { readonly type: "held"; readonly at: number; readonly operations: number }
  | { readonly type: "hint"; readonly at: number; readonly text: string }
  | { readonly type: "probe_started"; readonly at: number }
  | { readonly type: "probe_ended"; readonly at: number; readonly ok: boolean };

/** What the caller should do now. */
export type IncidentEffect =
  | { readonly type: "hold"; readonly because: string }
  | { readonly type: "page"; readonly incident: Incident }
  | { readonly type: "ramp" }
  | { readonly type: "close"; readonly incident: Incident };

/** Where the watch over one provider stands. */
export interface IncidentWatch {
  readonly provider: string;
  readonly options: IncidentOptions;
  readonly phase: "calm" | "held" | "probing" | "ramping";
  readonly failures: readonly IncidentEvidence[];
  readonly successes: readonly { readonly at: number; readonly family: string }[];
  readonly incident: Incident | null;
  /** When the next probe may start, or the ramp is over. */
  readonly nextAt: number;
}

/** A watch that has seen nothing. */
export function createIncidentWatch(provider: string, options: Partial<IncidentOptions> = {}): IncidentWatch {
  return {
    provider,
    options: { ...defaultIncident, ...options },
    phase: "calm",
    failures: [],
    successes: [],
    incident: null,
    nextAt: -Infinity,
  };
}

/** The watch after an event, and what to do about it. */
export function watchIncident(
  watch: IncidentWatch,
  event: IncidentEvent,
): { readonly watch: IncidentWatch; readonly effects: readonly IncidentEffect[] } {
  switch (event.type) {
    case "failure":
      return onFailure(watch, event);
    case "success":
      return {
        watch: watch.phase === "calm" || watch.phase === "ramping" ? remember(watch, event) : watch,
        effects: [],
      };
    case "held":
      return {
        watch: onIncident(watch, (incident) => ({
          ...incident,
          operationsHeld: incident.operationsHeld + event.operations,
        })),
        effects: [],
      };
    case "hint":
      return { watch: onIncident(watch, (incident) => ({ ...incident, hint: event.text })), effects: [] };
    case "probe_started":
      if (watch.phase !== "held") return { watch, effects: [] };
      return {
        watch: onIncident({ ...watch, phase: "probing" }, (incident) => ({ ...incident, probes: incident.probes + 1 })),
        effects: [],
      };
    case "probe_ended":
      return onProbe(watch, event.at, event.ok);
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return event satisfies never;
  }
}

/**
 * Whether operations of the provider may start at `now`.
 * @returns `share`: 0 while held, growing to 1 along the ramp; `probe`: one probe may start now
 */
export function incidentShare(
  watch: IncidentWatch,
  now: number,
): { readonly share: number; readonly probe: boolean; readonly at: number } {
  switch (watch.phase) {
    case "calm":
      return { share: 1, probe: false, at: now };
    case "held":
      return { share: 0, probe: now >= watch.nextAt, at: watch.nextAt };
    case "probing":
      return { share: 0, probe: false, at: Infinity };
    case "ramping": {
      const gone = 1 - (watch.nextAt - now) / watch.options.rampMs;
      return { share: Math.min(1, Math.max(0.05, gone)), probe: false, at: now };
    }
    /* v8 ignore next -- @preserve: proved empty by the compiler */
    default:
      return watch.phase satisfies never;
  }
}

/** Ends the ramp when its time is over. Call it now and then, or before a decision. */
export function settleIncident(
  watch: IncidentWatch,
  now: number,
): { readonly watch: IncidentWatch; readonly effects: readonly IncidentEffect[] } {
  if (watch.phase !== "ramping" || now < watch.nextAt || watch.incident === null) return { watch, effects: [] };
  const incident: Incident = { ...watch.incident, endedAt: now };
  return {
    watch: { ...watch, phase: "calm", failures: [], successes: [], incident: null, nextAt: -Infinity },
    effects: [{ type: "close", incident }],
  };
}

function onFailure(
  watch: IncidentWatch,
  event: IncidentEvidence,
): { readonly watch: IncidentWatch; readonly effects: readonly IncidentEffect[] } {
  const evidence: IncidentEvidence = { at: event.at, family: event.family, what: event.what };
  if (watch.phase === "held" || watch.phase === "probing") return { watch, effects: [] };
  const seen = remember(watch, evidence);
  const families = failingFamilies(seen);
  if (families.length < watch.options.familiesMin) return { watch: seen, effects: [] };
  const because = `${watch.provider} fails on ${families.join(" and ")}: an incident, not one operation`;
  if (watch.phase === "ramping") {
    // It fell over again: the same incident goes on, and nobody is paged a second time.
    return {
      watch: { ...seen, phase: "held", nextAt: event.at + watch.options.probeMs },
      effects: [{ type: "hold", because }],
    };
  }
  const incident: Incident = {
    provider: watch.provider,
    startedAt: Math.min(...seen.failures.map((failure) => failure.at)),
    endedAt: null,
    evidence: seen.failures.slice(-20),
    families,
    operationsHeld: 0,
    probes: 0,
    hint: null,
  };
  return {
    watch: { ...seen, phase: "held", incident, nextAt: event.at + watch.options.probeMs },
    effects: [
      { type: "hold", because },
      { type: "page", incident },
    ],
  };
}

function onProbe(
  watch: IncidentWatch,
  at: number,
  ok: boolean,
): { readonly watch: IncidentWatch; readonly effects: readonly IncidentEffect[] } {
  if (watch.phase !== "probing") return { watch, effects: [] };
  if (ok) {
    const ramping: IncidentWatch = {
      ...watch,
      phase: "ramping",
      failures: [],
      successes: [],
      nextAt: at + watch.options.rampMs,
    };
    return { watch: ramping, effects: [{ type: "ramp" }] };
  }
  const pause = Math.min(watch.options.probeMaxMs, watch.options.probeMs * 2 ** Number(watch.incident?.probes));
  return { watch: { ...watch, phase: "held", nextAt: at + pause }, effects: [] };
}

function onIncident(watch: IncidentWatch, change: (incident: Incident) => Incident): IncidentWatch {
  return watch.incident === null ? watch : { ...watch, incident: change(watch.incident) };
}

const kept = 200;

function remember(
  watch: IncidentWatch,
  entry: { readonly at: number; readonly family: string; readonly what?: string },
): IncidentWatch {
  const fresh = (one: { readonly at: number }): boolean => one.at > entry.at - watch.options.windowMs;
  const { at, family, what } = entry;
  return {
    ...watch,
    failures:
      what === undefined
        ? watch.failures.filter(fresh)
        : [...watch.failures.filter(fresh).slice(1 - kept), { at, family, what }],
    successes:
      what === undefined
        ? [...watch.successes.filter(fresh).slice(1 - kept), { at, family }]
        : watch.successes.filter(fresh),
  };
}

function failingFamilies(watch: IncidentWatch): readonly string[] {
  const families = [...new Set(watch.failures.map((one) => one.family))];
  return families.filter((family) => {
    const bad = watch.failures.filter((one) => one.family === family).length;
    const good = watch.successes.filter((one) => one.family === family).length;
    return bad >= watch.options.failuresMin && bad >= (bad + good) * watch.options.failureRatio;
  });
}
