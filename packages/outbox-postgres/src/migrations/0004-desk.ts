/**
 * What people note about parked operations: whose it is, until when it may wait. A table of its own, so that the row
 * that everything else changes stays as narrow as it was; a line stays when an operation leaves and comes back.
 */
export const desk = `
CREATE TABLE landline.desk (seq bigint PRIMARY KEY, snoozed_until bigint, assignee text COLLATE "C");
CREATE INDEX desk_assignee ON landline.desk (assignee) WHERE assignee IS NOT NULL;
CREATE INDEX desk_snoozed ON landline.desk (snoozed_until) WHERE snoozed_until IS NOT NULL;
`;
