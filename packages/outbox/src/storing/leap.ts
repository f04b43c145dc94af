/**
 * By how much lease numbers leap when a store's past is missing. Those who work for the store that is gone hold numbers
 * that were handed out in the missing part; a number must never serve twice, or their late answers would settle what is
 * another's attempt. More than an operation can be claimed within what a failover loses.
 */
export const leaseLeap = 1_000;
