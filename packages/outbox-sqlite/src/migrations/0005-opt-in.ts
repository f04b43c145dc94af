/**
 * An opt-out can be lifted, and is kept: why it was made and why it was lifted tell a callback that came twice from a
 * new word. The index has only those that stand, so that "nobody" is one look.
 */
export const optIn = `
ALTER TABLE opt_out ADD COLUMN lifted_at INTEGER;
ALTER TABLE opt_out ADD COLUMN lifted_because TEXT;
CREATE INDEX opt_out_standing ON opt_out (account) WHERE lifted_at IS NULL;
`;
