import path from "node:path";
import { z } from "zod";
import { ConfigurationError } from "./configuration-error.ts";
import { logEnvironment } from "./log/env.ts";

/** Everything the server reads from the environment; the only place that does. */
const environmentSchema = z.object({
  KARYOLOOP_DATA: z.string().min(1).default("./data"),
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  DATABASE_URL: z.string().optional(),
  S3_BUCKET: z.string().optional(),
  S3_ENDPOINT: z.string().optional(),
  S3_REGION: z.string().default("us-east-1"),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  /** Address that colleagues type, where it differs from http(s)://HOST:PORT. */
  KARYOLOOP_URL: z.url().optional(),
  /** `none` where trainers run on other machines only. */
  KARYOLOOP_TRAINER: z.enum(["local", "none"]).default("local"),
  /** What a monitoring system sends to read /metrics; without it there is no such address. */
  METRICS_TOKEN: z
    .string()
    .transform((token) => token || undefined)
    .pipe(z.string().min(16).optional())
    .optional(),
  ...logEnvironment,
  NODE_ENV: z.enum(["development", "production", "test"]).default("production"),
});

export interface Environment {
  readonly dataRoot: string;
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly databaseUrl: string | null;
  readonly s3: {
    readonly bucket: string;
    readonly endpoint: string | undefined;
    readonly region: string;
    readonly accessKeyId: string | undefined;
    readonly secretAccessKey: string | undefined;
  } | null;
  readonly publicUrl: string | null;
  readonly localTrainer: boolean;
  readonly metricsToken: string | null;
  readonly development: boolean;
}

const toSentence = ({ path: [name], message }: z.core.$ZodIssue): string =>
  `The environment variable ${String(name)} is not right: ${message}.`;

export function readEnvironment(source: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const parsed = environmentSchema.safeParse(source);
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.map(toSentence).join(" "));
  const given = parsed.data;
  if (Boolean(given.TLS_CERT) !== Boolean(given.TLS_KEY))
    throw new ConfigurationError("Set both TLS_CERT and TLS_KEY, or neither.");
  return {
    dataRoot: path.resolve(given.KARYOLOOP_DATA),
    host: given.HOST,
    port: given.PORT,
    tls: given.TLS_CERT && given.TLS_KEY ? { certFile: given.TLS_CERT, keyFile: given.TLS_KEY } : null,
    databaseUrl: given.DATABASE_URL ?? null,
    s3: given.S3_BUCKET
      ? {
          bucket: given.S3_BUCKET,
          endpoint: given.S3_ENDPOINT,
          region: given.S3_REGION,
          accessKeyId: given.S3_ACCESS_KEY_ID,
          secretAccessKey: given.S3_SECRET_ACCESS_KEY,
        }
      : null,
    publicUrl: given.KARYOLOOP_URL ?? null,
    localTrainer: given.KARYOLOOP_TRAINER === "local",
    metricsToken: given.METRICS_TOKEN ?? null,
    development: given.NODE_ENV === "development",
  };
}
