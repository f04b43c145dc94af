/**
 * What the durable flow needs from the world, and what each port must guarantee.
 *
 * The outbox itself touches nothing: a store keeps, a sender sends, a waker wakes, a clock tells the time. Whatever
 * implements a port is checked by the suite in `testing/`, not by trust.
 */
export * from "./operation.ts";
export * from "./attempt.ts";
export * from "./command.ts";
export * from "./receipt.ts";
export * from "./reading.ts";
export * from "./rollup.ts";
export * from "./store.ts";
export * from "./moved.ts";
export * from "./sealer.ts";
export * from "./sender.ts";
export * from "./host.ts";
