/**
 * What people note about parked operations: whose it is, until when it may wait. A table of its own, so that the row
 * that everything else changes stays as narrow as it was; a line stays when an operation leaves and comes back.
 */
export const desk = `
CREATE TABLE desk (seq INTEGER PRIMARY KEY, assignee TEXT, snoozed_until INTEGER) STRICT;
CREATE INDEX desk_assignee ON desk (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX desk_snoozed ON desk (snoozed_until) WHERE snoozed_until IS NOT NULL;
`;
