/**
 * The provider's answer to an attempt it did not accept. Null for all others, and a null at the end of a row costs
 * nothing, so what is accepted is written as fast as before.
 */
export const attemptBody = "ALTER TABLE attempt ADD COLUMN body TEXT;";
