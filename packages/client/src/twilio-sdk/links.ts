/**
 * Links for requests that bring their own credentials: the SDK hands a user name and a password, or an OAuth strategy,
 * to every request. Whatever it hands over goes into one header and into no error.
 */
import type { TextRedactor } from "@landline/core";
import { createTextRedactor } from "@landline/core";
import type { Ambient } from "@landline/host/ambient";
import type { Limits, Transport } from "../exchange.ts";
import type { Link } from "../link.ts";
import type { SdkAuthStrategy } from "./authorization.ts";
import { basic, SdkTokens } from "./authorization.ts";
import type { SdkRequest } from "./request.ts";

const rememberedMax = 1_000;

/** See the module comment. */
export class SdkLinks {
  readonly #transport: Transport;
  readonly #clock: Ambient;
  readonly #tokens: SdkTokens;
  /** One account or a few thousand subaccounts: what is made of their credentials is kept, and not without end. */
  readonly #fixed = new Map<string, Link>();

  constructor(transport: Transport, clock: Ambient) {
    this.#transport = transport;
    this.#clock = clock;
    this.#tokens = new SdkTokens(clock);
  }

  /** The link with a request's credentials. As in the SDK's own client a user name and a password win. */
  of({ username = "", password = "", authStrategy }: SdkRequest): Link {
    if (username !== "" && password !== "") return this.#known(username, password);
    return authStrategy === undefined ? this.#fixedLink({}, "") : this.#bearerLink(authStrategy);
  }

  #known(username: string, password: string): Link {
    const name = `${username}\n${password}`;
    const known = this.#fixed.get(name);
    if (known !== undefined) return known;
    const fresh = this.#fixedLink({ authorization: basic(username, password) }, password);
    if (this.#fixed.size >= rememberedMax) this.#fixed.clear();
    this.#fixed.set(name, fresh);
    return fresh;
  }

  #fixedLink(authorization: Readonly<Record<string, string>>, secret: string): Link {
    return {
      ...this.#shared(createTextRedactor([secret])),
      authorise: null,
      exchange: (request, limits) => this.#transport.send({ request, authorization }, limits),
    };
  }

  #bearerLink(strategy: SdkAuthStrategy): Link {
    const transport = this.#transport;
    const clock = this.#clock;
    const tokens = this.#tokens;
    return {
      ...this.#shared(createTextRedactor([])),
      authorise: async (limits) => {
        const answer = await tokens.header(strategy, limits);
        return answer.ok ? null : answer.outcome;
      },
      exchange: async (request, limits) => {
        const until = clock.monotonic() + limits.timeoutMs;
        const left = (): Limits => ({ timeoutMs: until - clock.monotonic(), signal: limits.signal });
        for (let refreshed = false; ; refreshed = true) {
          const answer = await tokens.header(strategy, left());
          if (!answer.ok) return { type: "unauthorised", outcome: answer.outcome };
          const { header } = answer;
          const authorization: Record<string, string> = header === "" ? {} : { authorization: header };
          const observation = await transport.send({ request, authorization }, left());
          if (observation.type !== "response" || observation.status !== 401) return observation;
          tokens.refused(strategy, header);
          if (refreshed) return observation;
        }
      },
    };
  }

  /** Only the provider's name is used of it: what a request means is the operation's business. */
  #shared(redactor: TextRedactor): Pick<Link, "provider" | "clock" | "redactor" | "close"> {
    return { provider: { name: "twilio" } as Link["provider"], clock: this.#clock, redactor, close: () => undefined };
  }
}
