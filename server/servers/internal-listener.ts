import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, BlockList, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { deserialize, serialize } from "node:v8";
import { isProblem } from "../../core/problem.ts";
import { type RequestOrigin, withRequestOrigin } from "../audit/request-origin.ts";
import type { Client } from "../entrance/client-address.ts";
import { boundConnections, boundedServerOptions, type ConnectionBounds } from "../entrance/connections.ts";
import { listen } from "../entrance/listen.ts";
import { readBody } from "../entrance/read-body.ts";
import { failureLog } from "../log/failure-log.ts";
import type { Services } from "../services.ts";
import { diskProblemOf } from "../storage/disk-room.ts";
import { AnswerKind } from "./ask-server.ts";
import type { Cluster } from "./cluster.ts";
import { SIGNATURE_HEADER, SignatureCheck, sha256, signAnswer } from "./internal-signature.ts";
import { HeldElsewhere } from "./leases.ts";
import type { AnyOperation } from "./operation.ts";
import { CLIENT_HEADER } from "./pass-socket.ts";

/** The largest honest input is a piece of kept edits. */
const MAX_INPUT_BYTES = 8 << 20;
const SIGN_OF_LIFE_MS = 2_000;
/** Sockets of thousands of people come from one address. */
const MAX_FROM_A_SERVER = 8_000;
const OPERATION = /^\/internal\/operations\/([a-z-]+)\/([\w-]+)$/;

/** What the other servers of the installation may ask, on an address of its own that no browser reaches. */
export interface InternalListener {
  readonly bound: AddressInfo;
  /** From here on it answers; before, everything is refused as not held. */
  open(given: {
    readonly services: Services;
    readonly cluster: Cluster;
    readonly operations: readonly AnyOperation[];
    /** Sockets that another server has let in and passes on. */
    takeSocket(request: IncomingMessage, socket: Duplex, head: Buffer, client: Client): void;
  }): void;
  close(): void;
}

type Given = Parameters<InternalListener["open"]>[0];

const end = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { "content-length": 0 }).end();
};

export async function listenInternally(
  host: string,
  port: number,
  bounds: ConnectionBounds,
): Promise<InternalListener> {
  const server = createServer(boundedServerOptions(bounds));
  boundConnections(server, { ...bounds, perNetwork: MAX_FROM_A_SERVER }, new BlockList());
  let given: Given | null = null;
  let signatures: SignatureCheck | null = null;
  server.on("request", (request, response) => {
    if (!given || !signatures) return end(response, 409);
    answer(given, signatures, request, response).catch((error) => {
      failureLog.failed("a request of another server", error);
      if (response.headersSent) response.destroy();
      else end(response, 500);
    });
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const client = given && signatures && clientPassedOn(given, signatures, request);
    if (given && client) given.takeSocket(request, socket, head, client);
    else socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", () => socket.destroy());
  });
  const bound = await listen(server, host, port);
  return {
    bound,
    open(all) {
      signatures = new SignatureCheck(all.cluster.secret);
      given = all;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  { services, cluster, operations }: Given,
  signatures: SignatureCheck,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "", url: path = "" } = request;
  const signed = signatures.check(request.headers[SIGNATURE_HEADER], {
    method,
    path,
    to: cluster.id,
    cookie: "",
    told: "",
  });
  if (!signed) return end(response, 403);
  const [, name, subject] = OPERATION.exec(path) ?? [];
  const operation = operations.find((one) => one.name === name);
  if (method !== "POST" || !operation) return end(response, 404);
  const body = await readBody(request, MAX_INPUT_BYTES);
  if (sha256(body) !== signed.bodySha256) return end(response, 403);
  if (!(await cluster.leases.isHeld(operation.leaseOf(subject)))) return end(response, 409);
  // What is signed by a server of ours was made by one.
  const { input, origin } = deserialize(body) as { input: unknown; origin: RequestOrigin | null };
  response.writeHead(200, { "content-type": "application/octet-stream" });
  const alive = setInterval(() => response.write(Uint8Array.of(AnswerKind.alive)), SIGN_OF_LIFE_MS);
  const run = () => operation.run(services, subject, input);
  const result = await (origin ? withRequestOrigin(origin, run) : run())
    .then((value) => toAnswer(AnswerKind.value, value), failed)
    .finally(() => clearInterval(alive));
  response.end(Buffer.concat([result, signAnswer(cluster.secret, signed.nonce, result)]));
}

const toAnswer = (kind: number, value?: unknown): Buffer =>
  Buffer.concat([Uint8Array.of(kind), value === undefined && kind !== AnswerKind.value ? NOTHING : serialize(value)]);
const NOTHING = new Uint8Array();

function failed(error: unknown): Buffer {
  if (error instanceof HeldElsewhere) return toAnswer(AnswerKind.elsewhere);
  const problem = isProblem(error) ? error : diskProblemOf(error);
  if (problem) return toAnswer(AnswerKind.problem, problem.toJSON());
  failureLog.failed("work for another server", error);
  return toAnswer(AnswerKind.failed);
}

/** Who the browser is, as the server says that passes its socket on; null where that is not proved. */
function clientPassedOn({ cluster }: Given, signatures: SignatureCheck, request: IncomingMessage): Client | null {
  const { [SIGNATURE_HEADER]: header, [CLIENT_HEADER]: told, cookie = "" } = request.headers;
  if (typeof told !== "string") return null;
  const { method = "", url: path = "" } = request;
  if (!signatures.check(header, { method, path, to: cluster.id, cookie, told })) return null;
  return JSON.parse(Buffer.from(told, "base64url").toString()) as Client;
}
