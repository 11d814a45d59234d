# docker build -t localhost/pin-digests:v0.1.0 .

# The digest is copied from public Dockerfiles: where this was written, no registry could be asked whether the tag means it.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
# What runs may have another base, which needs node and nothing else: no npm, no shell. With the same Node it starts fastest.
ARG RUNTIME_IMAGE=${NODE_IMAGE}

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY LICENSE package.json package-lock.json tsconfig.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY .build ./.build
COPY src ./src
# What is built runs as anyone, so everyone may read it, whatever the modes that it came with.
RUN npm run build && rm -r dist/library && \
    find dist -maxdepth 1 -name "*.js" ! -name main.js -delete && chmod -R a+rX .

FROM ${RUNTIME_IMAGE}
ARG RUNTIME_IMAGE
LABEL org.opencontainers.image.title="pin-digests" \
      org.opencontainers.image.description="KRM function that pins container images by digest" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="${RUNTIME_IMAGE}"
# The last is where distroless images have Node.
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/nodejs/bin
WORKDIR /app
COPY --from=build /app/LICENSE /app/package.json ./
COPY --from=build /app/dist ./dist
# nobody: by number, so that a cluster can tell that it isn't root.
USER 65534:65534
ENTRYPOINT ["node", "/app/dist/main.js"]
