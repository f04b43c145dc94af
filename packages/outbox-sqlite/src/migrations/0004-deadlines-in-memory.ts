/** Deadlines are found through bounds in memory (`deadlines.ts`), so their index need not be written any more. */
export const deadlinesInMemory = "DROP INDEX operation_deadline;";
