import { expect, it } from "vitest";
import { byteSize } from "./byte-size.ts";

it.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1_000, "1.00 kB"],
  [12_340_000, "12.3 MB"],
  [999_499, "999 kB"],
  [999_600, "1.00 MB"],
  [999_960_000_000, "1.00 TB"],
  [123_000_000_000_000, "123 TB"],
])("%d", (bytes, text) => expect(byteSize(bytes)).toBe(text));
