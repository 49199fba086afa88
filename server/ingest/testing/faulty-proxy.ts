import { createServer, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to one request on its way to the server. */
export type Fault =
  | "none"
  /** The connection ends amid the body; the server gets half of it. */
  | "cut-request"
  /** The server has done it, but nobody hears so. */
  | "lose-answer"
  /** Half of the answer's body, then the end. */
  | "cut-answer"
  /** A server that is being restarted, or a gateway before it: the request does not reach it. */
  | { readonly status: number };

export interface FaultyProxy {
  readonly address: string;
  /** Faults of the next requests of this method, in order; `none` afterwards. */
  plan(method: string, faults: readonly Fault[]): void;
  /** Requests that came, e.g. `PUT 8388608`, with the offset. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** Stands between a page and the server, and breaks what is planned. */
export async function startFaultyProxy(serverAddress: string): Promise<FaultyProxy> {
  const planned = new Map<string, Fault[]>();
  const seen: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? "/", serverAddress);
    seen.push(`${incoming.method} ${url.searchParams.get("offset") ?? ""}`.trim());
    const fault = planned.get(incoming.method ?? "")?.shift() ?? "none";
    relay(url, incoming, outgoing, fault).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    plan: (method, faults) => planned.set(method, [...faults]),
    seen,
    async close() {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

async function relay(url: URL, incoming: IncomingMessage, outgoing: ServerResponse, fault: Fault): Promise<void> {
  const body = Buffer.concat(await incoming.toArray());
  if (typeof fault === "object") {
    outgoing.writeHead(fault.status, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
    return;
  }
  const { host: _, ...headers } = incoming.headers;
  const upstream = forward(url, { method: incoming.method, headers, agent: false });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once("response", resolve).once("error", reject);
  });
  if (fault === "cut-request") {
    answered.catch(() => {});
    await new Promise((resolve) => upstream.write(body.subarray(0, body.length >> 1), resolve));
    upstream.destroy();
    outgoing.destroy();
    return;
  }
  upstream.end(body);
  const answer = await answered;
  const text = Buffer.concat(await answer.toArray());
  if (fault === "lose-answer") {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  if (fault !== "cut-answer") {
    outgoing.end(text);
    return;
  }
  await new Promise((resolve) => outgoing.write(text.subarray(0, text.length >> 1), resolve));
  outgoing.destroy();
}
