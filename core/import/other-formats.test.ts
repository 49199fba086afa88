import { expect, it } from "vitest";
import { isConvertible, otherFormat } from "./other-formats.ts";
import { type UploadTarget, uploadFile } from "./upload-file.ts";

const bytesOf = (text: string, at = 0, length = 600): Uint8Array => {
  const bytes = new Uint8Array(Math.max(length, at + text.length));
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return bytes;
};

it.each([
  ["a.czi", bytesOf("ZISRAWFILE"), /CZI file of Zeiss/],
  // Whatever it is called.
  ["a.tif", bytesOf("ZISRAWFILE"), /CZI file of Zeiss/],
  ["a.lif", bytesOf("\x70\0\0\0"), /LIF file of Leica/],
  ["a.nd2", bytesOf("\xda\xce\xbe\x0a"), /ND2 file of Nikon/],
  ["a.oib", bytesOf("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), /OIB of Olympus/],
  ["a.ics", bytesOf("\t\nics_version\t2.0\n"), /ICS file/],
  ["a.dcm", bytesOf("DICM", 128), /DICOM/],
  ["a.mrc", bytesOf("MAP ", 208), /MRC/],
  ["a.mat", bytesOf("MATLAB 5.0 MAT-file"), /MATLAB file, which/],
  ["a.mat", bytesOf("MATLAB 7.3 MAT-file"), /version 7\.3/],
  ["a.png", bytesOf("\x89PNG\r\n\x1a\n"), /PNG file, one picture/],
  ["a.bmp", bytesOf("BM\x10\x10"), /BMP file/],
  ["a.mp4", bytesOf("ftypisom", 4), /film/],
  ["a.pdf", bytesOf("%PDF-1.7"), /PDF/],
  ["a.tar", bytesOf("ustar", 257), /TAR/],
  ["a.vsi", bytesOf("II*\0"), /\.ets/],
  ["._a.tif", bytesOf("\0\x05\x16\x07"), /Mac/],
  ["a.tif", Uint8Array.from(Buffer.from("<!DOCTYPE html><html>Sign in</html>")), /web page/],
])("%s is called by its name", (fileName, head, what) => {
  expect(otherFormat(head, fileName)).toMatchObject({
    tag: "other-format",
    what: expect.stringMatching(what),
    hint: expect.stringMatching(/\w+ \w+/),
  });
});

it.each([
  ["a.tif", bytesOf("II*\0")],
  ["a.h5", bytesOf("\x89HDF\r\n\x1a\n")],
  ["a.zip", bytesOf("PK\x03\x04")],
  ["a.nrrd", bytesOf("NRRD0004\n")],
  ["a.npy", bytesOf("\x93NUMPY\x01")],
  ["a.nii.gz", bytesOf("\x1f\x8b\x08")],
  ["BMW.txt", Uint8Array.from(Buffer.from("BMW and others"))],
])("%s may be read", (fileName, head) => {
  expect(otherFormat(head, fileName)).toBeNull();
});

it("a file of a microscope may be converted, one that is in several files or is no microscope's may not", () => {
  expect(isConvertible(bytesOf("ZISRAWFILE"), "a.czi")).toBe(true);
  expect(isConvertible(bytesOf("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "a.oib")).toBe(true);
  for (const [name, head] of [
    ["a.vsi", bytesOf("II*\0")],
    ["a.oif", bytesOf("[File Info]")],
    ["a.pdf", bytesOf("%PDF-1.7")],
    ["a.tif", bytesOf("II*\0")],
  ] as const)
    expect(isConvertible(head, name), name).toBe(false);
});

/** Little-endian: one directory with width, height, bits and this compression. */
function tiffOf(compression: number): Uint8Array {
  const bytes = Buffer.alloc(128);
  bytes.write("II*\0\x50\0\0\0", 0, "latin1");
  bytes.writeUInt16LE(3, 0x50);
  [
    [256, 7],
    [257, 5],
    [259, compression],
  ].forEach(([tag, value], i) => {
    bytes.writeUInt16LE(tag, 0x52 + 12 * i);
    bytes.writeUInt16LE(3, 0x54 + 12 * i);
    bytes.writeUInt32LE(1, 0x56 + 12 * i);
    bytes.writeUInt16LE(value, 0x5a + 12 * i);
  });
  return bytes;
}

const sendableOf = (name: string, bytes: Uint8Array) => ({
  name,
  size: bytes.length,
  lastModified: 1,
  slice: (start: number, end: number) => ({ arrayBuffer: async () => Uint8Array.from(bytes.slice(start, end)).buffer }),
});

it.each([
  ["a.czi", bytesOf("ZISRAWFILE"), "other-format", /Zeiss/],
  ["a.tif", tiffOf(34925), "tiff-compression", /LZMA/],
  ["a.tif", tiffOf(50002), "tiff-compression", /JPEG XL/],
])("%s is refused before anything is sent", async (name, bytes, tag, what) => {
  const sent: string[] = [];
  const target: UploadTarget = {
    projectId: "p",
    address: "",
    fetch: async (url) => {
      sent.push(String(url));
      return new Response("{}", { status: 400 });
    },
  };
  const sending = uploadFile(target, sendableOf(name, bytes), () => {}, new AbortController().signal);
  await expect(sending).rejects.toMatchObject({ tag, what: expect.stringMatching(what) });
  expect(sent).toEqual([]);
});

it("sends a TIFF that can be read", async () => {
  const sent: string[] = [];
  const target: UploadTarget = {
    projectId: "p",
    address: "",
    fetch: async (url) => {
      sent.push(String(url));
      return new Response(JSON.stringify({ tag: "t", what: "no room" }), { status: 400 });
    },
  };
  const sending = uploadFile(target, sendableOf("a.tif", tiffOf(8)), () => {}, new AbortController().signal);
  await expect(sending).rejects.toMatchObject({ what: "no room" });
  expect(sent).toHaveLength(1);
});
