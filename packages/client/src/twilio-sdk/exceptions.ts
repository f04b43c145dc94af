/**
 * The SDK's exceptions with their failure. It makes them itself, from a status that resolved: for most methods in the
 * first function it hangs on the promise it was given, which is where the failure is added.
 *
 * A PATCH it awaits, and what is thrown after an `await` is out of everybody's reach. There its own code is called here
 * instead, found next to the file that asked (the SDK is always a package of its own, and one program may hold two); the
 * exception is then the rejection. In a bundle there is no such file: the exception is the one it always was.
 */
import { createRequire } from "node:module";
import type { Failure } from "@landline/core";
import type { Answer, SdkResponse } from "./request.ts";

/** A promise whose first listener throws exceptions with a failure. */
export class Explained extends Promise<SdkResponse> {
  #failure: Failure | null = null;

  /** What hangs on it later is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  static of(answer: Promise<Answer>): Explained {
    const explained = new Explained((resolve, reject) => {
      answer.then(({ response, failure }) => {
        explained.#failure = failure;
        resolve(response);
      }, reject);
    });
    return explained;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise; this is how the SDK's callback is reached
  override then<Result1 = SdkResponse, Result2 = never>(
    onFulfilled?: ((response: SdkResponse) => Result1 | PromiseLike<Result1>) | null,
    onRejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2> {
    if (onFulfilled === undefined || onFulfilled === null) return super.then(onFulfilled, onRejected);
    return super.then((response) => {
      try {
        return onFulfilled(response);
      } catch (error) {
        throw withFailure(error, this.#failure);
      }
    }, onRejected);
  }
}

/**
 * The answer to a request that the SDK awaits: a refusal rejects with the SDK's own exception.
 * @param thrower from {@link throwerOfCaller}
 */
export async function awaited(answer: Promise<Answer>, thrower: Thrower | null): Promise<SdkResponse> {
  const { response, failure } = await answer;
  if (thrower === null || failure === null) return response;
  try {
    thrower(response);
  } catch (error) {
    throw withFailure(error, failure);
  }
  return response;
}

/** Throws the SDK's exception for a response. */
export type Thrower = (response: SdkResponse) => void;

const throwers = new Map<string, Thrower | null>();

/** The `throwException` of the SDK that is asking, or null where its files cannot be told. Call it in the asking turn. */
export function throwerOfCaller(): Thrower | null {
  const file = /(?:\(|at )((?:[A-Za-z]:|\/|file:).*[\\/]lib[\\/]base[\\/]BaseTwilio\.js):\d+:\d+/.exec(
    new Error("who asks").stack ?? "",
  )?.[1];
  if (file === undefined) return null;
  const known = throwers.get(file);
  if (known !== undefined) return known;
  const found = throwerNextTo(file);
  throwers.set(file, found);
  return found;
}

function throwerNextTo(file: string): Thrower | null {
  try {
    const { default: Version } = createRequire(file)("./Version.js") as {
      default: { prototype: { throwException?: unknown } };
    };
    const { throwException } = Version.prototype;
    return typeof throwException === "function" ? (throwException as Thrower) : null;
  } catch {
    return null;
  }
}

function withFailure(error: unknown, failure: Failure | null): unknown {
  if (failure !== null && error instanceof Error)
    Object.defineProperty(error, "failure", { value: failure, enumerable: true, configurable: true });
  return error;
}
