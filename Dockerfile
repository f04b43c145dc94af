# The gateway, the console and the dispatcher in one image. Built from sources; runs them as they are.
FROM node:24-bookworm-slim AS build
WORKDIR /landline
COPY package.json package-lock.json .npmrc* ./
COPY apps apps
COPY packages packages
COPY bench/package.json bench/package.json
COPY proof/package.json proof/package.json
COPY scripts scripts
COPY tsconfig*.json ./
# The first install builds the console; the second leaves what the program itself needs, without benchmarks and rivals.
RUN npm ci && npm run build --workspace @landline/console \
  && npm ci --omit=dev --workspace landline --ignore-scripts && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /landline
COPY --from=build --chown=root:root /landline /landline
RUN mkdir -p /data && chown node:node /data
USER node
VOLUME /data
WORKDIR /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["/landline/apps/landline/bin/landline.js"]
CMD ["serve", "--config", "/data/landline.config.json"]
