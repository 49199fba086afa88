import type { Environment } from "../env.ts";

/**
 * What a process that we start may inherit, by name. The server's own environment holds the database's address, keys of
 * the object store and whatever else the machine keeps there; a new variable reaches no child until it is named here.
 */
type Names = readonly (string | RegExp)[];
type Variables = Readonly<Record<string, string | undefined>>;

/** To be found, to speak the person's language, to have a home and a place for scratch files, to trust the same authorities. */
const BASE: Names = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "TZ", "LANG", "LANGUAGE", /^LC_[A-Z]+$/],
  ...["LOG_LEVEL", "LOG_FORMAT"],
  ...["TMPDIR", "TMP", "TEMP", "XDG_CACHE_HOME", "NODE_ENV", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"],
];

/** Where native libraries lie, and how they use the machine. Not all of `TF_…`: Terraform keeps secrets under that name. */
const NATIVE_LIBRARIES: Names = [
  ...["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "KARYOLOOP_CACHE"],
  /^TF_(CPP|NUM|GPU|CUDNN|CUDA|XLA|FORCE_GPU|ENABLE_ONEDNN|DETERMINISTIC)_?[A-Z0-9_]*$/,
  ...["CUDA_HOME", "CUDA_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", /^CUDA_CACHE_[A-Z]+$/],
  ...["NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "XLA_FLAGS"],
  /^(OMP|KMP|MKL|OPENBLAS)_[A-Z_]+$/,
];

/** Of server/trainer/env.ts; its address, token and name are given by whoever starts it. */
const TRAINER: Names = [
  ...NATIVE_LIBRARIES,
  ...["KARYOLOOP_ENGINE", "KARYOLOOP_LEASE_SECONDS", "KARYOLOOP_BASE_CHANNELS", "KARYOLOOP_TRAINER_NICENESS"],
  "KARYOLOOP_CHECKPOINT_SECONDS",
];

/** Fetching a wheel with pip and compiling with node-gyp, through whatever proxy and index the person has. */
const SET_UP: Names = [
  ...NATIVE_LIBRARIES,
  ...[/^PIP_[A-Z_]+$/, "XDG_CONFIG_HOME", "VIRTUAL_ENV", "PYTHON", /^npm_config_(nodedir|disturl|devdir|cafile)$/],
  ...["CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS", "MAKEFLAGS", "DEBIAN_FRONTEND"],
  ...["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", /^(HTTP|HTTPS|ALL|NO)_PROXY$/i],
];

/** How the S3 client finds credentials where `S3_…` names none: a profile, a role, the machine's own. */
const AMAZON_CREDENTIALS: Names = [
  ...["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION"],
  ...["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_CA_BUNDLE"],
  ...["AWS_WEB_IDENTITY_TOKEN_FILE", /^AWS_CONTAINER_[A-Z_]+$/, /^AWS_EC2_METADATA_[A-Z_]+$/],
];

function keep(source: Variables, names: Names): NodeJS.ProcessEnv {
  const isNamed = (name: string) => names.some((one) => (typeof one === "string" ? one === name : one.test(name)));
  // NODE_ENV is no part of what may be missing for Next's types of process.env.
  return Object.fromEntries(Object.entries(source).filter(([name]) => isNamed(name))) as NodeJS.ProcessEnv;
}

/** For programs that need nothing of ours: PostgreSQL, the build of the pages. */
export const bareEnvironment = (source: Variables = process.env): NodeJS.ProcessEnv => keep(source, BASE);

/** Of Java and where it is; what it may take is set by whoever starts it. */
const CONVERTER: Names = ["JAVA_HOME", "JRE_HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "JNA_LIBRARY_PATH"];

/** For a converter, which is given files that people uploaded: no proxy, no credentials. */
export const converterEnvironment = (source: Variables = process.env): NodeJS.ProcessEnv =>
  keep(source, ["PATH", "LANG", /^LC_[A-Z]+$/, "TZ", ...CONVERTER]);

export const trainerEnvironment = (source: Variables = process.env): NodeJS.ProcessEnv =>
  keep(source, [...BASE, ...TRAINER]);

export const setUpEnvironment = (source: Variables = process.env): NodeJS.ProcessEnv =>
  keep(source, [...BASE, ...SET_UP]);

/**
 * For the processes that read files people uploaded, or copy blobs. Keys of `S3_…` come to them with their task; the
 * machine's own credentials only where there is a bucket and no such key.
 */
export function taskEnvironment(s3: Environment["s3"], source: Variables = process.env): NodeJS.ProcessEnv {
  const usesOwnCredentials = s3 !== null && !(s3.accessKeyId && s3.secretAccessKey);
  return keep(source, usesOwnCredentials ? [...BASE, ...AMAZON_CREDENTIALS] : BASE);
}
