# One image for every role and command: `docker run IMAGE edge`, `docker run IMAGE probe rtmp://…`.

FROM node:24-bookworm-slim AS manifest
WORKDIR /app
# Alone, so that a changed source leaves the installed packages as they are.
COPY package.json package-lock.json ./

FROM manifest AS packages
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM manifest AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY shared shared
COPY services services
COPY cli cli
RUN node_modules/.bin/tsc -p tsconfig.build.json --sourceMap false

FROM node:24-bookworm-slim
# Process 1 has to pass signals on and to reap what the others leave; Node is not made for that.
RUN apt-get update \
	&& apt-get install -y --no-install-recommends tini \
	&& rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
# The folder is where compose mounts the cluster key: a new volume takes its owner from here.
RUN ln -s /app/bin/millrace.js /usr/local/bin/millrace \
	&& install -d -o node -g node /var/lib/millrace
WORKDIR /app
# In a container loopback reaches nobody. Nodes that are reached by others want a cluster key. Port 8081, for /metrics and
# /api, is for the container's own network: publish it only where all who reach it may see them.
ENV NODE_ENV=production \
	MILLRACE_RTMP_HOST=0.0.0.0 \
	MILLRACE_HTTP_HOST=0.0.0.0 \
	MILLRACE_ADMIN_HOST=0.0.0.0
COPY --from=packages /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY docker/healthcheck.mjs docker/
COPY cli/demo/demo.flv cli/demo/
COPY --from=build /app/dist dist
USER node
EXPOSE 1935 8080 8081
# SIGTERM drains: give it more time than drainMs, 8 s, such as `docker stop -t 15`.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["node", "/app/docker/healthcheck.mjs"]
ENTRYPOINT ["tini", "--", "millrace"]
CMD ["--help"]
ARG REVISION=unknown
LABEL org.opencontainers.image.title="millrace" \
	org.opencontainers.image.licenses="Apache-2.0" \
	org.opencontainers.image.revision="$REVISION"
