import type { IncomingMessage, ServerResponse } from "node:http";

/** Where programs of people ask, with a token and never with a cookie. */
export const API_PREFIX = "/api/v1/";

const ORIGIN = /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/;

/** Origins separated by commas or spaces, exact ones: a pattern would let in whoever can have a name below it. */
export const readOrigins = (text: string): ReadonlySet<string> =>
  new Set(text.split(/[\s,]+/).filter((one) => ORIGIN.test(one)));

export const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === "OPTIONS" && headers["access-control-request-method"] !== undefined;

/** What a browser is told so that a page of another, allowed origin may read the answer. Cookies are never among what it may send. */
export function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-expose-headers", "etag, retry-after, content-range, accept-ranges");
}

export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
    "access-control-allow-headers": "authorization, content-type, if-none-match, range",
    "access-control-max-age": "600",
  });
  response.end();
}
