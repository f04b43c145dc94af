/**
 * The index of rare states again, its condition written without a list. SQLite makes a temporary table for a list of
 * three or more values each time it evaluates it, and the condition of a partial index is evaluated with every write
 * of a row: that was half of the cost of a transition.
 */
export const rareWithoutList = `
DROP INDEX operation_rare;
CREATE INDEX operation_rare ON operation (state, due) WHERE state <> 0 AND state <> 2 AND state <> 4 AND state <> 5;
`;
