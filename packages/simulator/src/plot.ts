/**
 * Draws what happened over time as an SVG: rate, 429s and backlog, one column of three panels per run, on shared
 * scales. Small on purpose: lines and axes, no library, the same bytes for the same numbers.
 */

/** One run to draw. */
export interface PlotRun {
  readonly title: string;
  /** Values per slice of time. */
  readonly sent: readonly number[];
  readonly throttled: readonly number[];
  readonly backlog: readonly number[];
  readonly sliceMs: number;
}

const panel = { width: 300, height: 96, gap: 30 };
const margin = { top: 52, left: 54, right: 16, bottom: 30 };
const rows = [
  { name: "sends per second", color: "#1769aa" },
  { name: "429s per second", color: "#c0392b" },
  { name: "waiting", color: "#3d7a3d" },
] as const;

/** Draws runs side by side. */
export function plot(title: string, runs: readonly PlotRun[]): string {
  const width = margin.left + runs.length * (panel.width + panel.gap) - panel.gap + margin.right;
  const height = margin.top + rows.length * (panel.height + panel.gap) - panel.gap + margin.bottom;
  const seconds = Math.max(1, ...runs.map((run) => (run.sent.length * run.sliceMs) / 1000));
  const series = runs.map((run) => [
    perSecond(run.sent, run.sliceMs),
    perSecond(run.throttled, run.sliceMs),
    run.backlog,
  ]);
  const highest = rows.map((_, row) => nice(Math.max(1, ...series.flatMap((one) => one[row] ?? []))));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${margin.left}" y="18" font-size="14" font-weight="600" fill="#222222">${escaped(title)}</text>`,
  ];
  runs.forEach((run, column) => {
    const left = margin.left + column * (panel.width + panel.gap);
    parts.push(`<text x="${left}" y="40" font-weight="600" fill="#222222">${escaped(run.title)}</text>`);
    rows.forEach(({ name, color }, row) => {
      const top = margin.top + row * (panel.height + panel.gap);
      const most = highest[row] ?? 1;
      parts.push(
        `<rect x="${left}" y="${top}" width="${panel.width}" height="${panel.height}" fill="none" stroke="#d0d0d0"/>`,
        `<text x="${left + 6}" y="${top + 14}" fill="${color}">${name}</text>`,
        `<text x="${left - 6}" y="${top + 9}" text-anchor="end" fill="#666666">${most}</text>`,
        `<text x="${left - 6}" y="${top + panel.height}" text-anchor="end" fill="#666666">0</text>`,
        `<polyline fill="none" stroke="${color}" stroke-width="1.2" points="${points(series[column]?.[row] ?? [], run.sliceMs, seconds, most, left, top)}"/>`,
      );
    });
    const bottom = height - margin.bottom + 16;
    parts.push(
      `<text x="${left}" y="${bottom}" fill="#666666">0 s</text>`,
      `<text x="${left + panel.width}" y="${bottom}" text-anchor="end" fill="#666666">${Math.round(seconds)} s</text>`,
    );
  });
  return `${[...parts, "</svg>"].join("\n")}\n`;
}

function perSecond(row: readonly number[], sliceMs: number): number[] {
  return Array.from({ length: row.length }, (_, index) => ((row[index] ?? 0) * 1000) / sliceMs);
}

function points(
  values: readonly number[],
  sliceMs: number,
  seconds: number,
  most: number,
  left: number,
  top: number,
): string {
  return values
    .map((value, index) => {
      const x = left + (((index + 0.5) * sliceMs) / 1000 / seconds) * panel.width;
      const y = top + panel.height - (Math.min(value, most) / most) * panel.height;
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}

/** The next of 1, 2, 5 × a power of ten. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
