// What somebody bundles who only wants a fetch that repeats without harm.
export { reliableFetch } from "@landline/client";
