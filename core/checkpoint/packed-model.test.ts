import { expect, it } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint-files.ts";
import { packModel, unpackModel } from "./packed-model.ts";
import { tinyModel } from "./testing/tiny-model.ts";

const about = { checkpointId: null, origin: "product", outlineUm: -0.5 } as const;

it("brings a model in one piece, from wherever its bytes lie", () => {
  const packed = packModel(about, saveCheckpoint(tinyModel));
  const moved = new Uint8Array(packed.length + 7);
  moved.set(packed, 7);
  const { about: said, files } = unpackModel(moved.subarray(7));
  expect(said).toEqual(about);
  expect(loadCheckpoint(files).model).toEqual(tinyModel);
});

it("refuses whatever was cut off, goes on, or says something else of itself", () => {
  const packed = packModel(about, saveCheckpoint(tinyModel));
  const longer = new Uint8Array(packed.length + 1);
  longer.set(packed);
  const endless = packed.slice();
  new DataView(endless.buffer).setUint32(0, 0xffff_ffff, true);
  const others = [
    packModel({ ...about, origin: "elsewhere" } as never, saveCheckpoint(tinyModel)),
    packModel({ ...about, outlineUm: Number.MAX_VALUE }, saveCheckpoint(tinyModel)),
  ];
  for (const length of [0, 3, 4, 30, packed.length - 1])
    expect(() => unpackModel(packed.subarray(0, length))).toThrow(expect.objectContaining({ tag: "model-damaged" }));
  for (const wrong of [longer, endless, ...others])
    expect(() => unpackModel(wrong)).toThrow(expect.objectContaining({ tag: "model-damaged" }));
});
