import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Problem } from "../../../core/problem.ts";
import { isPublicAddress } from "./public-addresses.ts";

/** GET from addresses that people name, and from no other: see docs/security.md. */
export interface GuardedClient {
  /** The body as it comes, or null where there is nothing (404, 410). Rejects with a Problem; tries again where that may help. */
  get<T>(url: URL, take: (body: IncomingMessage) => Promise<T>): Promise<T | null>;
  close(): void;
}

const MAX_REDIRECTS = 3;
/** Without a byte. */
const SILENCE_MS = 30_000;
/** After an answer that may be another in a moment. */
const RETRY_MS = [300, 1500, 5000];
const AT_ONCE = 8;

export type Resolve = typeof lookup;

/**
 * `privateHosts` may have addresses of a private network, and be asked without encryption; names in lower case, as they stand in
 * the address. All others have to be https at a public address, which is looked at when the connection is made: what the name
 * meant a moment ago does not count.
 */
export function createGuardedClient(
  { privateHosts, signal }: { readonly privateHosts: readonly string[]; readonly signal: AbortSignal },
  resolve: Resolve = lookup,
): GuardedClient {
  const agentOptions = { keepAlive: true, maxSockets: AT_ONCE, lookup: createGuardedLookup(privateHosts, resolve) };
  const agents = { "http:": new http.Agent(agentOptions), "https:": new https.Agent(agentOptions) };

  const once = (url: URL): Promise<IncomingMessage> =>
    new Promise((resolveAnswer, reject) => {
      assertMayBeAsked(url, privateHosts);
      const secure = url.protocol === "https:";
      const request = (secure ? https : http).request(
        url,
        {
          agent: agents[secure ? "https:" : "http:"],
          signal,
          timeout: SILENCE_MS,
          // What is unpacked on the way is not what is stored.
          headers: { "accept-encoding": "identity", "user-agent": "Karyoloop" },
        },
        resolveAnswer,
      );
      request.on("timeout", () => request.destroy(new Error("no answer for 30 s")));
      request.on("error", reject);
      request.end();
    });

  async function follow(url: URL): Promise<IncomingMessage> {
    let at = url;
    for (let redirects = 0; ; redirects++) {
      const answer = await once(at);
      const { statusCode = 0, headers } = answer;
      if (statusCode < 300 || statusCode > 399 || !headers.location) return answer;
      answer.resume();
      if (redirects >= MAX_REDIRECTS)
        throw refuse("address-redirects", "The address leads on from one place to the next without end.", url, CHECK);
      at = new URL(headers.location, at);
    }
  }

  return {
    async get(url, take) {
      for (let attempt = 0; ; attempt++) {
        try {
          const answer = await follow(url);
          const { statusCode = 0, headers } = answer;
          if (statusCode === 200) {
            if (headers["content-encoding"] && headers["content-encoding"] !== "identity")
              throw refuse("address-encoded", `The server packs it with ${headers["content-encoding"]}.`, url, CHECK);
            return await take(answer);
          }
          answer.resume();
          if (statusCode === 404 || statusCode === 410) return null;
          if (statusCode === 429 || statusCode >= 500) throw new Error(`the server answers with ${statusCode}`);
          throw new Problem({
            tag: statusCode === 401 || statusCode === 403 ? "address-forbidden" : "address-refused",
            what: `The server there refuses to give it (${statusCode}).`,
            where: shown(url),
            hint: "Only what everybody may read can be fetched. Check that the data set is public and the address complete.",
          });
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof Problem) throw error;
          if (attempt >= RETRY_MS.length)
            throw refuse(
              "address-unreachable",
              `The server there does not answer as it should: ${error instanceof Error ? error.message : error}.`,
              url,
              "Try again; what has arrived is kept.",
            );
          await wait(RETRY_MS[attempt], undefined, { signal });
        }
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

/**
 * Looks a name up when a connection is made, which then goes to the very address that was looked at. Only `privateHosts` may have one
 * that is not public.
 */
export const createGuardedLookup =
  (privateHosts: readonly string[], resolve: Resolve = lookup) =>
  (
    host: string,
    options: LookupOptions,
    done: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void =>
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const list = found as unknown as LookupAddress[];
      const isTrusted = privateHosts.includes(host.toLowerCase());
      // One that is private among several is a trap, not a choice.
      const closed = isTrusted ? undefined : list.find(({ address }) => !isPublicAddress(address));
      if (closed || list.length === 0) return done(notPublic(host), []);
      if (options.all) done(null, list);
      else done(null, list[0].address, list[0].family);
    });

/** What an address says by itself; what its name means is looked at when it is asked. */
export function assertMayBeAsked(url: URL, privateHosts: readonly string[]): void {
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const trusted = privateHosts.includes(host);
  if (url.username || url.password)
    throw refuse("address-with-password", "The address holds a name or password.", url, "Leave it out.");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && trusted))
    throw refuse("address-not-https", "Only addresses that begin with https:// are read.", url, ASK);
  // Numbers are no names: nothing would look them up.
  if (isIP(host) && !trusted && !isPublicAddress(host)) throw notPublic(host);
}

const ASK = "An administrator can name servers of your own network on the page Installation.";
const CHECK = "Open the address in a browser, and copy it as it stands there.";

const refuse = (tag: string, what: string, url: URL, hint: string): Problem =>
  new Problem({ tag, what, where: shown(url), hint });

const notPublic = (host: string): Problem =>
  new Problem({
    tag: "address-not-public",
    what: "The address is not one of the public internet.",
    where: host.slice(0, 200),
    hint: ASK,
  });

/** What follows a question mark can be a key. */
export const shown = (url: URL): string => `${url.origin}${url.pathname}`.slice(0, 300);
