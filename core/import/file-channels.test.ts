import { expect, it } from "vitest";
import { channelName, channelsOf, colorOf, leftOutWords, planChannels, unaskedChoice } from "./file-channels.ts";
import type { FileImage } from "./file-contents.ts";

const imageOf = (channels: readonly string[], channelColors?: FileImage["channelColors"]): FileImage => ({
  path: "stack",
  shapeZyx: [9, 40, 70],
  pixelType: "uint16",
  voxelSizeZyx: null,
  voxelSizeNote: "",
  channels,
  channelColors,
  times: 1,
  looksLikeLabels: false,
});
const many = (count: number) => imageOf(Array.from({ length: count }, (_, i) => `channel ${i + 1}`));

it("names are clipped, made plain, and told apart", () => {
  const odd = ["DAPI", " DAPI ", "a\u0000b\n", "\u202e", "\u200b", "x".repeat(300), "", "channel 8"];
  expect(channelsOf(imageOf(odd)).map(({ name }) => name)).toEqual([
    "DAPI (1)",
    "DAPI (2)",
    "a b",
    "Channel 4",
    "Channel 5",
    "x".repeat(60),
    "Channel 7",
    "Channel 8",
  ]);
  expect(channelName("Sox2 α-tubulin", 0)).toBe("Sox2 α-tubulin");
});

it("colours are six digits or nothing", () => {
  expect(["#00ff7f", "00FF7F80", "red", "00ff7", 255, "00ff7f; x"].map(colorOf)).toEqual([
    "00FF7F",
    "00FF7F",
    null,
    null,
    null,
    null,
  ]);
});

it("few channels are kept unasked, many are not, and planes of another kind are none", () => {
  expect([many(2), many(8), many(9)].map(unaskedChoice)).toEqual(["all", "all", "labelled"]);
  expect(unaskedChoice(imageOf(["position 1", "position 2"]))).toBe("labelled");
  expect(unaskedChoice(imageOf(["channel 1, position 1", "channel 1, position 2"]))).toBe("labelled");
  expect(unaskedChoice(imageOf(["Q 1", "Q 2"]))).toBe("labelled");
});

it("the labelled one is always kept, 32 at most, and what is left out is named", () => {
  const { kept, leftOut } = planChannels(many(40), 39, "all");
  expect(kept).toHaveLength(32);
  expect(kept.at(-1)).toMatchObject({ index: 39, labelled: true });
  expect(kept.filter(({ labelled }) => labelled)).toHaveLength(1);
  expect(leftOutWords(leftOut)).toBe(
    "8 channels are left out: Channel 32, Channel 33, Channel 34, Channel 35, Channel 36, Channel 37 and 2 more.",
  );
  expect(planChannels(many(3), 1, "labelled").kept).toMatchObject([{ index: 1 }]);
  // Labels that are a channel of the image are none to look at.
  expect(planChannels(many(3), 1, "all", [2, 1]).kept.map(({ index }) => index)).toEqual([0, 1]);
  expect(leftOutWords(planChannels(many(2), 0, "all").leftOut)).toBeNull();
});
