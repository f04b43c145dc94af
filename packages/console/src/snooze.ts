/** Times to which people put things off, in their own zone. Pure. */

/** One of them. */
export interface SnoozeChoice {
  readonly label: string;
  /** An instant. */
  readonly until: string;
}

/** An hour, this afternoon, tomorrow, next Monday; each only once and only when it lies ahead. */
export function snoozeChoices(now: Date): readonly SnoozeChoice[] {
  const at = (days: number, hour: number): Date => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    date.setHours(hour, 0, 0, 0);
    return date;
  };
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  const choices: readonly (readonly [string, Date])[] = [
    ["In one hour", new Date(now.getTime() + 3_600_000)],
    ["This afternoon", at(0, 15)],
    ["Tomorrow morning", at(1, 9)],
    ...(untilMonday === 1 ? [] : [["Monday morning", at(untilMonday, 9)] as const]),
  ];
  return choices.flatMap(([label, date], index) =>
    index > 0 && date.getTime() <= now.getTime() + 3_600_000 ? [] : [{ label, until: date.toISOString() }],
  );
}
