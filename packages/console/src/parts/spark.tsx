/** A tiny picture of when. Bars, because counts of separate things are not a line. */

/** Bars for counts; nothing for nothing. */
export function Spark({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const most = Math.max(0, ...values);
  if (most === 0) return null;
  const width = values.length * 4;
  return (
    <svg className="spark" viewBox={`0 0 ${width} 18`} width={width} height={18} role="img" aria-label={label}>
      {values.map((value, index) => {
        const height = value === 0 ? 1 : 3 + (value / most) * 15;
        return (
          <rect
            key={index}
            x={index * 4}
            y={18 - height}
            width={3}
            height={height}
            rx={0.8}
            data-zero={value === 0 || undefined}
          />
        );
      })}
    </svg>
  );
}
