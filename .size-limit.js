/**
 * What a bundle may weigh, minified and gzipped. The two libraries are weighed by their own authors.
 * An entry is listed as soon as the packages it needs have a build.
 */
import { existsSync } from "node:fs";

const ignoredEverywhere = ["undici", "libphonenumber-js", "node:*"];
const entries = [
  { name: "core", needs: ["core"], path: "packages/core/dist/index.js", limit: "22 kB" },
  {
    name: "reliableFetch",
    needs: ["core", "client"],
    path: "test/size/reliable-fetch.js",
    limit: "6 kB",
    modifyEsbuildConfig: (config) => ({ ...config, platform: "node" }),
  },
  {
    name: "core + client",
    needs: ["core", "client"],
    path: "test/size/client.js",
    limit: "27.2 kB",
    modifyEsbuildConfig: (config) => ({ ...config, platform: "node" }),
  },
  {
    name: "core + client + one provider",
    needs: ["core", "client", "providers"],
    path: "test/size/client-and-twilio.js",
    limit: "45 kB",
    modifyEsbuildConfig: (config) => ({ ...config, platform: "node" }),
  },
  {
    name: "core + client + one operation of Twilio",
    needs: ["core", "client", "providers"],
    path: "test/size/client-and-twilio-calls.js",
    // The goal is 25 kB, which core and client take by themselves.
    limit: "37.2 kB",
    // Not even the phone-number library may come along.
    ignore: ["undici", "node:*"],
    modifyEsbuildConfig: (config) => ({ ...config, platform: "node" }),
  },
];

export default entries
  .filter(({ needs }) => needs.every((name) => existsSync(`packages/${name}/dist/index.js`)))
  .map(({ needs: _needs, ignore = ignoredEverywhere, ...entry }) => ({ ...entry, ignore, gzip: true }));
