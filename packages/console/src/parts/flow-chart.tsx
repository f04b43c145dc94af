/** What was asked for over time, stacked by what became of it. The table says the same to whoever cannot see it. */
import { clock, count } from "../format.ts";
import { fates } from "../overview.ts";
import type { Fate, Summed } from "../overview.ts";

const fateWords: Readonly<Record<Fate, string>> = {
  arrived: "Accepted or delivered",
  waiting: "Under way",
  doubt: "In doubt",
  failed: "Failed",
  ended: "Ended on purpose",
};

/** The chart. */
export function FlowChart({ sum }: { readonly sum: Summed }) {
  const size = sum.series.arrived.length;
  const totals = Array.from({ length: size }, (_, index) =>
    fates.reduce((total, fate) => total + (sum.series[fate][index] ?? 0), 0),
  );
  const most = Math.max(1, ...totals);
  const width = 960;
  const height = 132;
  const step = width / size;
  const at = (index: number): string =>
    clock(new Date(sum.shownFrom + ((sum.until - sum.shownFrom) * index) / size).toISOString(), sum.until);
  return (
    <figure className="flow">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label="Operations over time">
        {totals.map((total, index) => {
          let y = height;
          return (
            <g key={index}>
              <title>{`${at(index)}: ${count(total)}`}</title>
              <rect x={index * step} y={0} width={step} height={height} fill="transparent" />
              {fates.map((fate) => {
                const part = ((sum.series[fate][index] ?? 0) / most) * (height - 8);
                y -= part;
                return part === 0 ? null : (
                  <rect key={fate} data-fate={fate} x={index * step + 1} y={y} width={step - 2} height={part} />
                );
              })}
            </g>
          );
        })}
      </svg>
      <div className="flow-axis dim num" aria-hidden="true">
        <span>{at(0)}</span>
        <span>most in one bar: {count(most)}</span>
        <span>now</span>
      </div>
      <figcaption>
        <ul className="legend">
          {fates.map((fate) =>
            sum.counts[fate] === 0 ? null : (
              <li key={fate}>
                <span data-fate={fate} aria-hidden="true" />
                {fateWords[fate]} <strong className="num">{count(sum.counts[fate])}</strong>
              </li>
            ),
          )}
        </ul>
      </figcaption>
    </figure>
  );
}
