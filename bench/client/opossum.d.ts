/** The part of opossum that is used; it ships no types. */
declare module "opossum" {
  export default class CircuitBreaker<Result> {
    constructor(action: () => Promise<Result>, options: { readonly timeout: number });
    fire(): Promise<Result>;
  }
}
