import { describe, expect, it } from "vitest";
import { planChannels } from "../../../core/import/file-channels.ts";
import type { FileContents, FileImage } from "../../../core/import/file-contents.ts";
import { chooseLabels, chooseVolume } from "./choose-in-file.ts";
import { type ImportOptions, parseImportOptions } from "./import-options.ts";
import { channelNotes, missesPart } from "./import-report.ts";

const options = (...args: string[]): ImportOptions => {
  const parsed = parseImportOptions(["--project", "P", "--specimen", "s", ...args, "a.tif"]);
  if (!parsed) throw new Error("help was asked for");
  return parsed;
};
const image = (over: Partial<FileImage> = {}): FileImage => ({
  path: "stack",
  shapeZyx: [7, 33, 29],
  pixelType: "uint16",
  voxelSizeZyx: [2, 0.5, 0.5],
  voxelSizeNote: "ImageJ",
  channels: ["a"],
  times: 1,
  looksLikeLabels: false,
  ...over,
});
const file = (...images: FileImage[]): FileContents => ({ format: "TIFF", images, notes: [] });

describe("what a file leaves open is refused with the flag that answers it", () => {
  it.each<[string, string, FileContents, string[]]>([
    ["image", "--image", file(image({ path: "series 1" }), image({ path: "series 2" })), ["--image", "series 2"]],
    ["channel", "--channel", file(image({ channels: ["a", "b"] })), ["--channel", "2"]],
    ["time", "--time", file(image({ times: 3 })), ["--time", "2"]],
    ["voxel-size", "--voxel-size", file(image({ voxelSizeZyx: null })), ["--voxel-size", "2,0.5,0.5"]],
  ])("%s", (tag, flag, contents, answer) => {
    expect(() => chooseVolume(contents, "a.tif", options())).toThrow(expect.objectContaining({ tag, where: "a.tif" }));
    expect(() => chooseVolume(contents, "a.tif", options())).toThrow(new RegExp(flag));
    expect(chooseVolume(contents, "a.tif", options(...answer)).image).toBe(contents.images.at(-1));
  });

  it.each<[string, string, FileImage, string[], object]>([
    ["labels-channel", "--labels-channel", image({ channels: ["a", "b"] }), ["--labels-channel", "2"], { channel: 1 }],
    [
      "labels-channel",
      "colours",
      image({ channels: ["r", "g", "b"], pixelType: "uint8" }),
      ["--labels-channel", "colours"],
      { channel: "colours" },
    ],
    ["labels-time", "--labels-time", image({ times: 4 }), ["--labels-time", "3"], { time: 2 }],
    [
      "labels-voxel-size",
      "--labels-voxel-size",
      image({ voxelSizeZyx: [1, 0.5, 0.5] }),
      ["--labels-voxel-size", "as-image"],
      { otherVoxelSize: true },
    ],
  ])("%s of labels: %s", (tag, flag, labels, answer, right) => {
    const choose = (...args: string[]) => chooseLabels(file(labels), "l.tif", image(), options(...args));
    expect(() => choose()).toThrow(expect.objectContaining({ tag }));
    expect(() => choose()).toThrow(new RegExp(flag));
    expect(choose(...answer)).toMatchObject(right);
  });
});

it("--channels says whether the others are kept, and the report names those that are and are not", () => {
  expect([options().channels, options("--channels", "all").channels]).toEqual([undefined, "all"]);
  expect(() => options("--channels", "2")).toThrow("--channels is all or labelled, not 2.");
  const several = image({ channels: ["DAPI", "GFP", "channel 3"] });
  const kept = planChannels(several, 1, "labelled").kept;
  expect(channelNotes(several, kept)).toEqual([
    "Channels: GFP (labelled).",
    "2 channels are left out: DAPI, Channel 3. --channels says which are kept.",
  ]);
  expect(channelNotes(several, planChannels(several, 1).kept)).toEqual(["Channels: DAPI, GFP (labelled), Channel 3."]);
  expect(channelNotes(image({}), [])).toEqual([]);
});

it("a part that was left out of a file is missed, a preview or a table beside the volume is not", () => {
  const misses = (format: FileContents["format"], note: string) => missesPart({ format, notes: [note] });
  expect(misses("TIFF", "The OME-XML names 7 of 9 pages; the other 2 were left out.")).toBe(true);
  expect(misses("PNG series", "z007.png was left out: it has another size.")).toBe(true);
  expect(misses("TIFF", "2 smaller copies (previews) were left out.")).toBe(false);
  expect(
    misses("TIFF", "series 2 was left out: This is a 2D image: 1 × 9 × 9 (z, y, x). Karyoloop needs volumes."),
  ).toBe(false);
  expect(misses("HDF5", "/table was left out: it has 1 axis.")).toBe(false);
});

it("--time all takes the first and all others, and is nothing special where there is one", () => {
  const chosen = (times: number) => chooseVolume(file(image({ times })), "a.tif", options("--time", "all"));
  expect(chosen(3)).toMatchObject({ time: 0, everyTime: true });
  expect(chosen(1)).toMatchObject({ time: 0, everyTime: false });
  expect(() => chooseVolume(file(image({ times: 3 })), "a.tif", options())).toThrow(/--time N\|all/);
  expect(() => options("--time", "every")).toThrow(/--time is counted from 1, or all, not every/);
});

it("--voxel-size overrides what the file says, and says so; what no microscope has is refused", () => {
  const chosen = chooseVolume(file(image()), "a.tif", options("--voxel-size", "1,0.25,0.25"));
  expect(chosen.voxelSizeZyx).toEqual([1, 0.25, 0.25]);
  expect(chosen.notes.join()).toMatch(/ImageJ says voxels of 2 × 0.5 × 0.5 µm; --voxel-size 1,0.25,0.25 is taken/);
  expect(chooseVolume(file(image()), "a.tif", options()).notes).toEqual([]);
  for (const absurd of ["2.5e-7,1,1", "25000,1,1", "1,1", "a,b,c"])
    expect(() => options("--voxel-size", absurd)).toThrow(/--voxel-size/);
});
