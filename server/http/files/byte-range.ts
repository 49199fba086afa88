import type { IncomingHttpHeaders } from "node:http";

/** What a request with conditions gets of a body whose size and entity tag are known (RFC 9110, sections 13 and 14). */
export type RangeAnswer =
  | { readonly kind: "whole" }
  /** From `start` to before `end`. */
  | { readonly kind: "part"; readonly start: number; readonly end: number }
  /** No byte of it lies in the body. */
  | { readonly kind: "unsatisfiable" }
  /** The client has it. */
  | { readonly kind: "not-modified" }
  /** The client asks for another body than this one. */
  | { readonly kind: "precondition-failed" };

const ONE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i;

const tagsOf = (header: string): string[] => header.match(/(?:W\/)?"[^"]*"|\*/g) ?? [];
const weakly = (tag: string): string => tag.replace(/^W\//, "");

/**
 * `etag` is a strong one, quotes included. Several ranges, other units and what is no range are answered by the whole, as RFC 9110
 * allows; so is a range of a body that has changed (`If-Range`).
 */
export function rangeAnswer(
  method: "GET" | "HEAD",
  headers: IncomingHttpHeaders,
  sizeBytes: number,
  etag: string,
): RangeAnswer {
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch, "if-range": ifRange, range } = headers;
  if (ifMatch !== undefined && !tagsOf(ifMatch).some((tag) => tag === etag || tag === "*"))
    return { kind: "precondition-failed" };
  if (ifNoneMatch !== undefined && tagsOf(ifNoneMatch).some((tag) => weakly(tag) === etag || tag === "*"))
    return { kind: "not-modified" };
  const isCurrent = ifRange === undefined || ifRange === etag; // a date is not known, a weak tag does not count
  const asked = method === "GET" && range !== undefined && isCurrent ? ONE_RANGE.exec(range) : null;
  if (!asked) return { kind: "whole" };
  const [, first, last] = asked;
  if (first === "" && last === "") return { kind: "whole" };
  if (first === "") {
    const length = Math.min(Number(last), sizeBytes);
    return length === 0 ? { kind: "unsatisfiable" } : { kind: "part", start: sizeBytes - length, end: sizeBytes };
  }
  if (last !== "" && BigInt(last) < BigInt(first)) return { kind: "whole" };
  const start = Number(first);
  if (start >= sizeBytes) return { kind: "unsatisfiable" };
  return { kind: "part", start, end: last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}
