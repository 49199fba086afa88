import type { BlockList } from "node:net";
import path from "node:path";
import { z } from "zod";
import type { DepositPlace } from "../core/publication/deposit.ts";
import type { InstitutionSettings } from "./auth/institution/discovery.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { readHosts } from "./entrance/allowed-hosts.ts";
import { readTrustedProxies } from "./entrance/client-address.ts";
import { logEnvironment } from "./log/env.ts";
import type { MailSettings } from "./mail/mail-settings.ts";

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
  /** More names that people type for this server, beside KARYOLOOP_URL's. */
  KARYOLOOP_HOSTS: z.string().default(""),
  /** Addresses and CIDR blocks of proxies whose X-Forwarded-… headers are believed. */
  TRUSTED_PROXIES: z.string().default(""),
  /** OpenID Connect provider of an institution, such as https://orcid.org; with the two below. */
  OIDC_ISSUER: z.url().optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  /** On its button at the sign-in page. */
  OIDC_NAME: z.string().trim().min(1).max(60).default("your institution"),
  /** Domains, separated by commas, whose verified addresses get an account without an invitation. */
  OIDC_ALLOWED_DOMAINS: z.string().default(""),
  /** `none` where trainers run on other machines only. */
  KARYOLOOP_TRAINER: z.enum(["local", "none"]).optional(),
  /** `several` where this is one of several servers on one database and one data folder. */
  KARYOLOOP_SERVERS: z.enum(["one", "several"]).default("one"),
  /** Of several servers: http://name:port where the others reach this one, and nobody else does. */
  KARYOLOOP_INTERNAL_ADDRESS: z.string().optional(),
  /** Program that makes OME-Zarr or OME-TIFF of microscopes' files: a path, or `auto`: bioformats2raw or bfconvert of the PATH. */
  KARYOLOOP_CONVERTER: z.string().min(1).default("auto"),
  /** Where deposits go: empty for Zenodo and its sandbox, `none` for nowhere, or the address of a server that stands in for both. */
  KARYOLOOP_ZENODO: z.union([z.enum(["", "none"]), z.url({ protocol: /^https?$/ })]).default(""),
  /** Server that takes mails; without it none are sent. With MAIL_FROM and KARYOLOOP_URL. */
  SMTP_HOST: z.string().trim().min(1).optional(),
  SMTP_PORT: z.coerce.number().int().min(1).max(65535).optional(),
  /** `starttls` refuses a server that cannot encrypt; `none` is for one on this machine. */
  SMTP_SECURITY: z.enum(["starttls", "tls", "none"]).default("starttls"),
  SMTP_USER: z.string().min(1).optional(),
  SMTP_PASSWORD: z.string().min(1).optional(),
  /** Address that mails come from, like karyoloop@example.org. */
  MAIL_FROM: z.email().optional(),
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
  /** Lower case, without ports. */
  readonly hosts: readonly string[];
  readonly trustedProxies: BlockList;
  readonly institution: InstitutionSettings | null;
  readonly localTrainer: boolean;
  /** Null for a server that is alone. Port 0 takes a free one. */
  readonly internal: { readonly hostname: string; readonly port: number } | null;
  /** A path, `auto` or `none`. */
  readonly converter: string;
  /** Origins of the two places of deposits; null where there is none. */
  readonly zenodo: Readonly<Record<DepositPlace, URL>> | null;
  /** Null where no mails are sent. */
  readonly mail: MailSettings | null;
  readonly metricsToken: string | null;
  readonly development: boolean;
}

function readInstitution(given: z.output<typeof environmentSchema>): InstitutionSettings | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = given;
  if (!issuer && !clientId && !clientSecret) return null;
  if (!issuer || !clientId || !clientSecret)
    throw new Error("Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none of them.");
  const { protocol, hostname } = new URL(issuer);
  if (protocol !== "https:" && !["localhost", "127.0.0.1"].includes(hostname))
    throw new Error("OIDC_ISSUER is not right: it begins with https://.");
  const allowedDomains = given.OIDC_ALLOWED_DOMAINS.toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  const odd = allowedDomains.find((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain));
  if (odd) throw new Error(`OIDC_ALLOWED_DOMAINS: "${odd}" is no domain like example.org.`);
  return { issuer, clientId, clientSecret, name: given.OIDC_NAME, allowedDomains };
}

/** A token goes to no other address than these. */
function readZenodo(given: string): Environment["zenodo"] {
  if (given === "none") return null;
  if (given === "") return { zenodo: new URL("https://zenodo.org"), sandbox: new URL("https://sandbox.zenodo.org") };
  const { protocol, hostname, origin } = new URL(given);
  if (protocol !== "https:" && !["localhost", "127.0.0.1"].includes(hostname))
    throw new ConfigurationError("KARYOLOOP_ZENODO is not right: it begins with https://.");
  return { zenodo: new URL(origin), sandbox: new URL(origin) };
}

/** A password goes over the network encrypted only; a link in a mail needs an address that does not change with each start. */
function readMail(given: z.output<typeof environmentSchema>): MailSettings | null {
  const { SMTP_HOST: host, SMTP_USER: user, SMTP_PASSWORD: password, MAIL_FROM: from, SMTP_SECURITY: security } = given;
  if (!host && !user && !password && !from) return null;
  if (!host || !from || !given.KARYOLOOP_URL)
    throw new ConfigurationError(
      "For mails, set SMTP_HOST, MAIL_FROM and KARYOLOOP_URL, whose address is in their links; or none of SMTP_HOST, SMTP_USER, SMTP_PASSWORD and MAIL_FROM.",
    );
  if (Boolean(user) !== Boolean(password))
    throw new ConfigurationError("Set both SMTP_USER and SMTP_PASSWORD, or neither.");
  if (security === "none" && user && !["localhost", "127.0.0.1", "::1"].includes(host))
    throw new ConfigurationError(
      "SMTP_SECURITY=none would send SMTP_PASSWORD readable over the network: take starttls or tls.",
    );
  const port = given.SMTP_PORT ?? { starttls: 587, tls: 465, none: 25 }[security];
  return { host, port, security, from, login: user && password ? { user, password } : null };
}

/** What several servers need is said here, before one of them begins to work beside the others. */
function readInternal(given: z.output<typeof environmentSchema>): Environment["internal"] {
  const { KARYOLOOP_SERVERS: servers, KARYOLOOP_INTERNAL_ADDRESS: address } = given;
  if (servers === "one") {
    if (!address) return null;
    throw new ConfigurationError(
      "KARYOLOOP_INTERNAL_ADDRESS is for several servers: set KARYOLOOP_SERVERS=several too.",
    );
  }
  if (!given.DATABASE_URL)
    throw new ConfigurationError("Several servers need one PostgreSQL for all of them: set DATABASE_URL.");
  if (given.KARYOLOOP_TRAINER === "local")
    throw new ConfigurationError(
      "Several servers have no trainer beside them: set KARYOLOOP_TRAINER=none, and let trainers dial in.",
    );
  const url = address && URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== "http:" || !url.port || url.pathname !== "/")
    throw new ConfigurationError(
      "Several servers talk to each other: set KARYOLOOP_INTERNAL_ADDRESS to where the others reach this one, like http://server-1:3001, on a network that nobody else reaches.",
    );
  return { hostname: url.hostname, port: Number(url.port) };
}

const toSentence = ({ path: [name], message }: z.core.$ZodIssue): string =>
  `The environment variable ${String(name)} is not right: ${message}.`;

export function readEnvironment(source: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const parsed = environmentSchema.safeParse(source);
  if (!parsed.success) throw new ConfigurationError(parsed.error.issues.map(toSentence).join(" "));
  const given = parsed.data;
  if (Boolean(given.TLS_CERT) !== Boolean(given.TLS_KEY))
    throw new ConfigurationError("Set both TLS_CERT and TLS_KEY, or neither.");
  const internal = readInternal(given);
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
    hosts: readHosts(given.KARYOLOOP_HOSTS),
    trustedProxies: readTrustedProxies(given.TRUSTED_PROXIES),
    institution: readInstitution(given),
    localTrainer: (given.KARYOLOOP_TRAINER ?? (internal ? "none" : "local")) === "local",
    internal,
    converter: given.KARYOLOOP_CONVERTER,
    zenodo: readZenodo(given.KARYOLOOP_ZENODO),
    mail: readMail(given),
    metricsToken: given.METRICS_TOKEN ?? null,
    development: given.NODE_ENV === "development",
  };
}
