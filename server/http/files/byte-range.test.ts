import type { IncomingHttpHeaders } from "node:http";
import { expect, it } from "vitest";
import { rangeAnswer } from "./byte-range.ts";

const TAG = '"abc"';
const part = (start: number, end: number) => ({ kind: "part", start, end });

/** RFC 9110: the examples of section 14.1.2 for a body of 10 000 bytes, and what stands in 13.1, 13.2 and 14.2. */
it.each<[string, IncomingHttpHeaders, object | string]>([
  ["nothing", {}, "whole"],
  ["the first 500", { range: "bytes=0-499" }, part(0, 500)],
  ["the second 500", { range: "bytes=500-999" }, part(500, 1000)],
  ["the last 500", { range: "bytes=-500" }, part(9500, 10_000)],
  ["from 9500 on", { range: "bytes=9500-" }, part(9500, 10_000)],
  ["the first byte", { range: "bytes=0-0" }, part(0, 1)],
  ["the last byte", { range: "bytes=-1" }, part(9999, 10_000)],
  ["more than there is", { range: "bytes=9990-20000" }, part(9990, 10_000)],
  ["a longer end than there is", { range: "bytes=-20000" }, part(0, 10_000)],
  ["numbers of any length", { range: `bytes=9-${"9".repeat(400)}` }, part(9, 10_000)],
  ["in capitals, with spaces", { range: "Bytes= 0-1 " }, part(0, 2)],
  ["what begins at the end", { range: "bytes=10000-" }, "unsatisfiable"],
  ["what lies beyond", { range: `bytes=${"9".repeat(400)}-` }, "unsatisfiable"],
  ["no byte from the end", { range: "bytes=-0" }, "unsatisfiable"],
  ["backwards", { range: "bytes=5-4" }, "whole"],
  ["several", { range: "bytes=0-0,-1" }, "whole"],
  ["another unit", { range: "items=0-4" }, "whole"],
  ["no numbers", { range: "bytes=-" }, "whole"],
  ["no range", { range: "bytes=a-b" }, "whole"],
  ["a range of the same", { range: "bytes=0-1", "if-range": TAG }, part(0, 2)],
  ["a range of another", { range: "bytes=0-1", "if-range": '"old"' }, "whole"],
  ["a range of one that is weakly the same", { range: "bytes=0-1", "if-range": `W/${TAG}` }, "whole"],
  ["a range of one of a date", { range: "bytes=0-1", "if-range": "Sat, 28 Nov 2026 10:00:00 GMT" }, "whole"],
  ["what it has", { "if-none-match": `"x", W/${TAG}` }, "not-modified"],
  ["what it has, in parts", { "if-none-match": TAG, range: "bytes=0-1" }, "not-modified"],
  ["what it has not", { "if-none-match": '"x", "y"' }, "whole"],
  ["anything new", { "if-none-match": "*" }, "not-modified"],
  ["this one only", { "if-match": `"x", ${TAG}`, range: "bytes=0-1" }, part(0, 2)],
  ["another one only", { "if-match": '"x"' }, "precondition-failed"],
  ["one that is weakly the same", { "if-match": `W/${TAG}` }, "precondition-failed"],
])("answers who asks for %s", (_what, headers, expected) => {
  const answer = rangeAnswer("GET", headers, 10_000, TAG);
  expect(answer).toEqual(typeof expected === "string" ? { kind: expected } : expected);
});

it("has no ranges for HEAD", () => {
  expect(rangeAnswer("HEAD", { range: "bytes=0-1" }, 10_000, TAG)).toEqual({ kind: "whole" });
});
