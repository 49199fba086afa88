import { describe, expect, it } from "vitest";
import { withDuration } from "./webm-duration.ts";

/** EBML by hand, from the tables of RFC 8794 and 9559. */
const bytes = (...parts: (number | number[])[]): Uint8Array<ArrayBuffer> => Uint8Array.from(parts.flat());
const header = [0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x86, 0x81, 0x01];
const unknownSegment = [0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const scale = [0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40]; // a million ns
const writer = [0x57, 0x41, 0x86, 0x43, 0x68, 0x72, 0x6f, 0x6d, 0x65]; // "Chrome"
const info = [0x15, 0x49, 0xa9, 0x66, 0x80 + 16, ...scale, ...writer];
const tracks = [0x16, 0x54, 0xae, 0x6b, 0x82, 0xae, 0x80];
const cluster = [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xe7, 0x81, 0x00];

describe("the length of a film", () => {
  it("is written behind what its head says, and nothing else changes", () => {
    const film = bytes(header, unknownSegment, info, tracks, cluster);
    const told = withDuration(film, 8000);
    const before = header.length + unknownSegment.length;
    expect([...told.subarray(0, before + 4)]).toEqual([...film.subarray(0, before + 4)]);
    // Info is 27 bytes now, told in eight.
    expect([...told.subarray(before + 4, before + 12)]).toEqual([1, 0, 0, 0, 0, 0, 0, 27]);
    expect([...told.subarray(before + 12, before + 28)]).toEqual([...scale, ...writer]);
    expect([...told.subarray(before + 28, before + 31)]).toEqual([0x44, 0x89, 0x88]);
    expect(new DataView(told.buffer).getFloat64(before + 31)).toBe(8000);
    expect([...told.subarray(before + 39)]).toEqual([...tracks, ...cluster]);
    expect(withDuration(told, 5)).toBe(told); // it says its length
  });

  it("is in units of the film", () => {
    const halves = [0x2a, 0xd7, 0xb1, 0x83, 0x07, 0xa1, 0x20]; // half a million ns
    const told = withDuration(bytes(header, unknownSegment, [0x15, 0x49, 0xa9, 0x66, 0x87, ...halves], cluster), 1500);
    const at = [...told].findIndex((byte, i) => byte === 0x44 && told[i + 1] === 0x89);
    expect(new DataView(told.buffer).getFloat64(at + 3)).toBe(3000);
  });

  it("leaves alone what it does not know", () => {
    const seekHead = [0x11, 0x4d, 0x9b, 0x74, 0x80];
    for (const film of [
      bytes(),
      bytes([0, 0, 0, 0]),
      bytes(header),
      bytes(header, unknownSegment, cluster),
      bytes(header, unknownSegment, seekHead, info, cluster),
      bytes(header, unknownSegment, info.slice(0, 9)),
      Uint8Array.from({ length: 300 }, (_, i) => (i * 89) & 255),
    ])
      expect(withDuration(film, 8000)).toBe(film);
  });
});
