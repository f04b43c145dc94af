/**
 * Counts or durations over time: bars stacked on each other, lines, and the incidents behind them. The legend tells
 * the values under the pointer; a table tells the same to whoever cannot see or point.
 */
import { scaleLinear, scaleTime } from "d3-scale";
import { useState } from "react";
import type { ReactNode } from "react";
import { tickLabel } from "../format.ts";

/** One thing that is drawn. */
export interface Track {
  readonly name: string;
  /** Names its colour: `--chart-…` of the style sheet. */
  readonly ink: string;
  readonly form: "bar" | "line";
  /** One for each bucket; null: there is none. */
  readonly values: readonly (number | null)[];
  /** What the whole window has, already in words. */
  readonly total: string;
}

/** A time that stands out. */
export interface Shade {
  readonly from: number;
  readonly until: number;
  readonly label: string;
}

const width = 1_000;

/** The chart. */
export function TimeChart({
  label,
  starts,
  bucketMs,
  tracks,
  shades,
  height,
  show,
  onPick,
  children,
}: {
  readonly label: string;
  /** Where each bucket begins, in epoch milliseconds. */
  readonly starts: readonly number[];
  readonly bucketMs: number;
  readonly tracks: readonly Track[];
  readonly shades: readonly Shade[];
  /** In CSS pixels. */
  readonly height: number;
  /** A value in words. */
  readonly show: (value: number) => string;
  /** Somebody points at a bucket and asks for it. */
  readonly onPick?: (index: number) => void;
  readonly children?: ReactNode;
}) {
  const [pointed, setPointed] = useState<number | null>(null);
  const from = starts[0] ?? 0;
  const until = (starts.at(-1) ?? 0) + bucketMs;
  const x = scaleTime([from, until], [0, width]);
  const y = scaleLinear([0, highest(tracks, starts.length)], [height, 4]).nice(3);
  const [, top = 1] = y.domain();
  const step = width / Math.max(1, starts.length);
  const ticks = x.ticks(height > 100 ? 8 : 4).filter((at) => x(at) < width * 0.97);
  const at = pointed === null ? undefined : starts[pointed];
  const point = (index: number): void => {
    setPointed(index >= 0 && index < starts.length ? index : null);
  };
  return (
    <figure className="chart">
      <div
        className="chart-plot"
        style={{ height }}
        onPointerMove={({ clientX, currentTarget }) => {
          const { left, width: drawn } = currentTarget.getBoundingClientRect();
          point(Math.floor(((clientX - left) / drawn) * starts.length));
        }}
        onPointerLeave={() => {
          setPointed(null);
        }}
      >
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {shades.map(({ from: start, until: end, label: what }) => (
            <rect
              key={`${start} ${what}`}
              className="chart-shade"
              x={Math.max(0, x(start))}
              width={Math.max(2, Math.min(width, x(end)) - Math.max(0, x(start)))}
              y={0}
              height={height}
            >
              <title>{what}</title>
            </rect>
          ))}
          {y.ticks(3).map((value) => (
            <line key={value} className="chart-grid" x1={0} x2={width} y1={y(value)} y2={y(value)} />
          ))}
          {pointed === null ? null : (
            <rect className="chart-pointed" x={pointed * step} width={step} y={0} height={height} />
          )}
          <Bars tracks={tracks} step={step} y={y} />
          {tracks.map((track) =>
            track.form === "line" ? (
              <path key={track.name} data-ink={track.ink} className="chart-line" d={lineOf(track.values, step, y)} />
            ) : null,
          )}
        </svg>
        {onPick === undefined ? null : (
          <button
            type="button"
            className="chart-pick"
            aria-label={`${label}: walk it with the arrow keys, Enter shows the operations of that time`}
            onClick={() => {
              if (pointed !== null) onPick(pointed);
            }}
            onKeyDown={({ key }) => {
              if (key === "ArrowLeft") point((pointed ?? starts.length) - 1);
              if (key === "ArrowRight") point((pointed ?? -1) + 1);
            }}
          />
        )}
        <div className="chart-y dim num" aria-hidden="true">
          <span>{top === 0 ? "" : show(top)}</span>
        </div>
      </div>
      <div className="chart-x dim num" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick.getTime()} style={{ left: `${(x(tick) / width) * 100}%` }}>
            {tickLabel(tick, until - from)}
          </span>
        ))}
      </div>
      <figcaption>
        <ul className="legend num">
          {tracks.map(({ name, ink, values, total }) => {
            const value = pointed === null ? null : (values[pointed] ?? null);
            return (
              <li key={name}>
                <span data-ink={ink} aria-hidden="true" />
                {name} <strong>{pointed === null ? total : value === null ? "–" : show(value)}</strong>
              </li>
            );
          })}
          {at === undefined ? null : <li className="dim">{tickLabel(new Date(at), until - from)}</li>}
        </ul>
        {children}
      </figcaption>
    </figure>
  );
}

function Bars({
  tracks,
  step,
  y,
}: {
  readonly tracks: readonly Track[];
  readonly step: number;
  readonly y: (value: number) => number;
}) {
  const bars = tracks.filter(({ form }) => form === "bar");
  const size = bars[0]?.values.length ?? 0;
  const gap = Math.min(2, step * 0.2);
  return Array.from({ length: size }, (_, index) => {
    let below = 0;
    return bars.map(({ name, ink, values }) => {
      const value = values[index] ?? 0;
      if (value === 0) return null;
      const [bottom, upper] = [y(below), y(below + value)];
      below += value;
      return (
        <rect
          key={`${name} ${index}`}
          data-ink={ink}
          x={index * step + gap / 2}
          width={step - gap}
          y={upper}
          height={Math.max(1, bottom - upper)}
        />
      );
    });
  });
}

/** A line through the middles of the buckets, broken where there is nothing; a lone value is a short dash. */
function lineOf(values: readonly (number | null)[], step: number, y: (value: number) => number): string {
  const parts: string[] = [];
  let drawing = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      drawing = false;
      continue;
    }
    const middle = (index + 0.5) * step;
    const lone = !drawing && (values[index + 1] ?? null) === null;
    parts.push(
      lone ? `M${middle - step / 3} ${y(value)}h${(step / 3) * 2}` : `${drawing ? "L" : "M"}${middle} ${y(value)}`,
    );
    drawing = true;
  }
  return parts.join("");
}

function highest(tracks: readonly Track[], size: number): number {
  const bars = tracks.filter(({ form }) => form === "bar");
  const stacked = Array.from({ length: size }, (_, index) =>
    bars.reduce((sum, { values }) => sum + (values[index] ?? 0), 0),
  );
  const lines = tracks.flatMap(({ form, values }) => (form === "line" ? values.map((value) => value ?? 0) : []));
  return Math.max(0, ...stacked, ...lines) || 1;
}
