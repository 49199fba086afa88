import { createHmac, randomBytes } from "node:crypto";

/*
 * Messages are signed as https://www.standardwebhooks.com says, for which receivers find a library in most languages: HMAC-SHA256 over
 * `id.timestamp.body`, so that neither the body nor the time can be another one.
 */
const PREFIX = "whsec_";
const SECRET_BYTES = 32;

export const createWebhookSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString("base64");

export interface SignedMessage {
  /** Of the message: the same whenever it is sent again. */
  readonly id: string;
  /** Seconds since 1970, of this try. */
  readonly timestamp: number;
  readonly body: string;
}

export function signatureHeaders(secret: string, { id, timestamp, body }: SignedMessage): Record<string, string> {
  const key = Buffer.from(secret.slice(PREFIX.length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}
