/** Numbers and instants as people read them: in their own language and zone, exact UTC at hand. Pure but for the locale. */

const whole = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const timeOnly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minuteOnly = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayOnly = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** A count. */
export function count(value: number): string {
  return whole.format(value);
}

/** A count where space is short. */
export function shortCount(value: number): string {
  return value < 10_000 ? whole.format(value) : compact.format(value);
}

/** So many in a unit of time. */
export function rate(value: number): string {
  if (value === 0) return "0";
  if (value < 0.1) return "< 0.1";
  return value < 10 ? value.toFixed(1).replace(/\.0$/, "") : whole.format(Math.round(value));
}

/** A share as per cent; never rounds a problem away to 0 % or 100 %. */
export function share(part: number, total: number): string {
  if (total === 0) return "–";
  const value = (part / total) * 100;
  if (value > 0 && value < 0.1) return "< 0.1 %";
  if (value > 99.9 && value < 100) return "> 99.9 %";
  return `${value.toFixed(value >= 99.5 || value < 10 ? 1 : 0).replace(/\.0$/, "")} %`;
}

/** A duration in milliseconds. */
export function duration(ms: number): string {
  if (ms < 1) return "< 1 ms";
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} min`;
  return `${Math.floor(ms / 86_400_000)} d ${Math.round((ms % 86_400_000) / 3_600_000)} h`;
}

/** How long ago, or how soon. */
export function relative(at: string, now: number): string {
  const ms = now - Date.parse(at);
  const size = Math.abs(ms);
  if (size < 5_000) return "now";
  const text =
    size < 60_000
      ? `${Math.round(size / 1_000)} s`
      : size < 3_600_000
        ? `${Math.round(size / 60_000)} min`
        : size < 86_400_000
          ? `${Math.round(size / 3_600_000)} h`
          : `${Math.round(size / 86_400_000)} d`;
  return ms < 0 ? `in ${text}` : `${text} ago`;
}

/** In the reader's zone, in full. */
export function absolute(at: string): string {
  return dayAndTime.format(new Date(at));
}

/** The time of day, with the day when it is not today. */
export function clock(at: string, now: number): string {
  const date = new Date(at);
  const text = timeOnly.format(date);
  return date.toDateString() === new Date(now).toDateString() ? text : `${dayOnly.format(date)} ${text}`;
}

/** An instant on the axis of a chart that spans `spanMs`: the time of day, or the day. */
export function tickLabel(at: Date, spanMs: number): string {
  const midnight = at.getHours() === 0 && at.getMinutes() === 0;
  if (spanMs > 2 * 86_400_000) return midnight ? dayOnly.format(at) : `${dayOnly.format(at)} ${minuteOnly.format(at)}`;
  return midnight && spanMs > 43_200_000 ? dayOnly.format(at) : minuteOnly.format(at);
}

/** Exact, in UTC. */
export function utc(at: string): string {
  return `${at.replace("T", " ").replace(/Z$/, "")} UTC`;
}

/** The end of an id, enough to tell neighbours apart. */
export function shortId(id: string): string {
  return id.length > 14 ? `${id.slice(0, id.indexOf("_") + 1)}…${id.slice(-6)}` : id;
}

/** One or many. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
