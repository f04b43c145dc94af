/**
 * One person, one address: the channel's prefix (`whatsapp:+1555…`) does not make another person of them.
 */

/** The address without a channel prefix. Used as the key of opt-outs. */
export function recipientAddress(recipient: string): string {
  return recipient.replace(/^[a-z]+:(?=\+)/i, "");
}
