/** The provider's answer to an attempt it did not accept; null for all others, which takes one bit. */
export const attemptBody = `ALTER TABLE landline.attempt ADD COLUMN body text;`;
