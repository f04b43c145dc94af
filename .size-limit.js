/**
 * What a bundle may weigh, minified and gzipped. The two libraries are weighed by their own authors.
 * An entry is listed as soon as the packages it needs have a build.
 */
import { existsSync } from "node:fs";

const ignore = ["undici", "libphonenumber-js", "node:*"];
const entries = [
  { name: "core", needs: ["core"], path: "packages/core/dist/index.js", limit: "21 kB" },
  {
    name: "core + client + one provider",
    needs: ["core", "client", "providers"],
    path: "test/size/client-and-twilio.js",
    // The goal is 25 kB. Guidance for 130 error codes and every parameter check of Twilio is most of the difference.
    limit: "45 kB",
    modifyEsbuildConfig: (config) => ({ ...config, platform: "node" }),
  },
];

export default entries
  .filter(({ needs }) => needs.every((name) => existsSync(`packages/${name}/dist/index.js`)))
  .map(({ needs: _needs, ...entry }) => ({ ...entry, ignore, gzip: true }));
