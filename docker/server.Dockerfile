# The server with its pages; no trainer beside it. Debian, as the embedded PostgreSQL and TensorFlow need glibc.
FROM node:22-bookworm-slim
WORKDIR /karyoloop
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Pages are built into the image: a container starts in seconds.
RUN npm run prebuild-pages && useradd --create-home karyoloop && mkdir /data && chown -R karyoloop /data .next-builds
USER karyoloop
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 KARYOLOOP_DATA=/data KARYOLOOP_TRAINER=none
VOLUME /data
EXPOSE 3000
# Docker starts it again by its exit code; 78 says that it is set wrongly (docs/operation.md).
# An init reaps and forwards signals: the server stops in order on SIGTERM.
STOPSIGNAL SIGTERM
CMD ["node", "--import", "tsx", "server/main.ts"]
