import { X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import { isIP } from "node:net";
import { readTlsFiles } from "../entrance/tls-files.ts";
import type { Environment } from "../env.ts";
import { broken, type Finding, look, ok } from "./finding.ts";

const DAY_MS = 86_400_000;
const SOON_DAYS = 21;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "::1"]);

/** Whether the address that people type is safe to type, and for how long. */
export function checkCertificate(
  environment: Pick<Environment, "tls" | "host" | "publicUrl">,
  nowMs: number,
): Finding[] {
  const { tls, host, publicUrl } = environment;
  const isSecureUrl = publicUrl?.startsWith("https:") ?? false;
  if (!tls) {
    if (isSecureUrl) return [ok("certificate", `A proxy before the server speaks https at ${publicUrl}.`)];
    if (LOOPBACK.has(host)) return [ok("certificate", "Only this computer reaches the server: no https is needed.")];
    return [
      look(
        "certificate",
        "The server answers the network over plain http: passwords are readable on the way.",
        "Set TLS_CERT and TLS_KEY, or put a proxy with a certificate before it, and an https address into KARYOLOOP_URL.",
      ),
    ];
  }
  const certificate = new X509Certificate(readTlsFiles(tls).cert);
  return [
    judgeValidity(certificate, tls.certFile, nowMs),
    ...judgeName(certificate, publicUrl),
    ...judgeKey(tls.keyFile),
  ];
}

function judgeValidity(certificate: X509Certificate, file: string, nowMs: number): Finding {
  const daysLeft = Math.floor((Date.parse(certificate.validTo) - nowMs) / DAY_MS);
  const hint = `Get a new certificate, put it where ${file} is, and restart the server.`;
  if (Date.parse(certificate.validFrom) > nowMs)
    return broken(
      "certificate",
      `The certificate is valid only from ${certificate.validFrom} on.`,
      "Look at the clock.",
    );
  if (daysLeft < 0) return broken("certificate", `The certificate has expired on ${certificate.validTo}.`, hint);
  if (daysLeft < SOON_DAYS) return look("certificate", `The certificate expires in ${daysLeft} days.`, hint);
  return ok("certificate", `The certificate is valid for ${daysLeft} more days.`);
}

function judgeName(certificate: X509Certificate, publicUrl: string | null): Finding[] {
  if (!publicUrl)
    return [
      look(
        "certificate-name",
        "KARYOLOOP_URL is not set: links are made with an address that the certificate may not name.",
        "Set KARYOLOOP_URL to the https address that people type.",
      ),
    ];
  const { hostname: written, protocol } = new URL(publicUrl);
  const hostname = written.replace(/^\[|\]$/g, "");
  if (protocol !== "https:")
    return [
      broken(
        "certificate-name",
        `The server speaks https, but KARYOLOOP_URL is ${publicUrl}.`,
        "Write it with https://: links do not work otherwise.",
      ),
    ];
  const matches = isIP(hostname) ? certificate.checkIP(hostname) : certificate.checkHost(hostname);
  if (matches) return [ok("certificate-name", `It names ${hostname}.`)];
  return [
    broken(
      "certificate-name",
      `The certificate does not name ${hostname}, the address in KARYOLOOP_URL; it names ${certificate.subjectAltName ?? certificate.subject}.`,
      "Browsers refuse it: get one for that name, or set KARYOLOOP_URL to a name that it has.",
    ),
  ];
}

function judgeKey(file: string): Finding[] {
  if ((statSync(file).mode & 0o007) === 0) return [];
  return [
    broken(
      "certificate-key",
      `Every user of this machine may read the certificate's key ${file}.`,
      `Run chmod 600 ${file} as its owner, and get a new certificate if others work on this machine.`,
    ),
  ];
}
