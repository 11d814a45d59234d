# docker build -t localhost/pin-digests:v0.1.0 .
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY LICENSE package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY .build ./.build
COPY src ./src
# What is built runs as anyone, so everyone may read it, whatever the modes that it came with.
RUN npm run build && rm -r dist/library && chmod -R a+rX .

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="pin-digests" \
      org.opencontainers.image.description="KRM function that pins container images by digest" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=build /app/LICENSE /app/package.json ./
COPY --from=build /app/dist ./dist
# nobody: by number, so that a cluster can tell that it isn't root.
USER 65534:65534
ENTRYPOINT ["node", "/app/dist/main.js"]
