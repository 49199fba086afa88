import { type IncomingMessage, request } from "node:http";
import { deserialize, serialize } from "node:v8";
import { Problem, type ProblemFields } from "../../core/problem.ts";
import { requestOrigin } from "../audit/request-origin.ts";
import type { Cluster } from "./cluster.ts";
import { isSame, SIGNATURE_HEADER, signAnswer, signRequest } from "./internal-signature.ts";
import { HeldElsewhere, type Holder } from "./leases.ts";
import type { AnyOperation } from "./operation.ts";

/** An answer is zeros while the work goes on, then its kind, the value and the signature of both. */
export const AnswerKind = { alive: 0, value: 1, problem: 2, elsewhere: 3, failed: 4 } as const;
export const SIGNATURE_BYTES = 32;

/** The other server gives a sign of life more often. One that stands still gives none. */
const SILENT_MS = 10_000;
const MAX_ANSWER_BYTES = 256 << 20;

export const operationPath = (name: string, subject: string): string => `/internal/operations/${name}/${subject}`;

/** Asks the holder to do it. Throws HeldElsewhere where it does not hold the lease any more, or cannot be reached. */
export async function askServer(
  cluster: Cluster,
  holder: Extract<Holder, { isMine: false }>,
  operation: AnyOperation,
  subject: string,
  input: unknown,
): Promise<unknown> {
  const body = serialize({ input, origin: requestOrigin() });
  const path = operationPath(operation.name, subject);
  const { header, nonce } = signRequest(cluster.secret, {
    method: "POST",
    path,
    to: holder.ownerId,
    cookie: "",
    told: "",
    body,
  });
  const { status, bytes } = await send(holder.address + path, header, body).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") cluster.leases.noteGone(holder.ownerId);
    throw new HeldElsewhere(operation.leaseOf(subject));
  });
  if (status === 409) throw new HeldElsewhere(operation.leaseOf(subject));
  if (status !== 200) throw new Error(`the server at ${holder.address} refused to ${operation.name}: ${status}`);
  const answer = bytes.subarray(bytes.findIndex((byte) => byte !== AnswerKind.alive));
  const signed = answer.subarray(0, -SIGNATURE_BYTES);
  if (!isSame(answer.subarray(-SIGNATURE_BYTES), signAnswer(cluster.secret, nonce, signed)))
    throw new Error(`the answer of the server at ${holder.address} is not signed by it`);
  const kind = signed[0];
  if (kind === AnswerKind.elsewhere) throw new HeldElsewhere(operation.leaseOf(subject));
  if (kind === AnswerKind.failed) throw new Error(`${operation.name} failed at ${holder.address}, whose log says why`);
  const value: unknown = deserialize(signed.subarray(1));
  if (kind === AnswerKind.problem) throw new Problem(value as ProblemFields);
  return value;
}

function send(url: string, signature: string, body: Buffer): Promise<{ status: number; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const headers = { [SIGNATURE_HEADER]: signature, "content-length": body.length };
    const asked = request(url, { method: "POST", headers, timeout: SILENT_MS }, (response) =>
      collect(response).then((bytes) => resolve({ status: response.statusCode ?? 0, bytes }), reject),
    );
    asked.on("timeout", () => asked.destroy(new Error("no sign of life")));
    asked.on("error", reject);
    asked.end(body);
  });
}

async function collect(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error("the answer is too large");
    parts.push(part);
  }
  if (!response.complete) throw new Error("the answer was cut short");
  return Buffer.concat(parts);
}
