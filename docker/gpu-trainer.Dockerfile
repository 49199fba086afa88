# A trainer for a machine with an NVIDIA GPU. TensorFlow's CUDA build brings its CUDA libraries as wheels; the driver comes
# from the host (NVIDIA Container Toolkit).
FROM node:22-bookworm
RUN apt-get update \
  && apt-get install -y --no-install-recommends python3 python3-pip g++ \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /karyoloop
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN useradd --create-home karyoloop && mkdir /cache && chown karyoloop /cache
USER karyoloop
ENV NODE_ENV=production KARYOLOOP_CACHE=/cache TF_FORCE_GPU_ALLOW_GROWTH=true NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
VOLUME /cache
# The set-up keeps what it built in /cache: the next start takes seconds.
CMD ["sh", "-c", "npm run setup:tensorflow && exec node --import tsx server/trainer/main.ts"]
