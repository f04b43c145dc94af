/**
 * An opt-out can be lifted, and is kept: why it was made and why it was lifted tell a callback that came twice from a
 * new word. The index has only those that stand, so that "nobody" is one look. A process that does not know the
 * columns goes on to bar whoever ever opted out, which is the safe side.
 */
export const optIn = `
ALTER TABLE landline.opt_out ADD COLUMN lifted_at bigint, ADD COLUMN lifted_because text;
CREATE INDEX opt_out_standing ON landline.opt_out (account) WHERE lifted_at IS NULL;
`;
