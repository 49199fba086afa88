import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { ConfigurationError } from "../configuration-error.ts";
import type { Environment } from "../env.ts";

/** A certificate and its key, in PEM. */
export interface TlsFiles {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a folder",
};

function read(variable: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(`${variable} names ${file}, which cannot be read: ${reasons[code ?? ""] ?? message}.`);
  }
}

/** Looked at before anything starts: a server with a wrong certificate would answer nobody. */
export function readTlsFiles({ certFile, keyFile }: NonNullable<Environment["tls"]>): TlsFiles {
  const cert = read("TLS_CERT", certFile);
  const key = read("TLS_KEY", keyFile);
  try {
    createSecureContext({ cert });
  } catch (cause) {
    throw new ConfigurationError(`TLS_CERT names ${certFile}, which is no certificate in PEM.`, { cause });
  }
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new ConfigurationError(
      `TLS_KEY names ${keyFile}, which is no key in PEM, has a password, or belongs to another certificate.`,
      {
        cause,
      },
    );
  }
  return { cert, key };
}
