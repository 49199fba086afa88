import { expect, it } from "vitest";
import { parsePredictOptions } from "./predict.ts";

const parse = (line: string) => parsePredictOptions(line.split(" ").filter(Boolean));

it("takes a model, an image and where to write", () => {
  expect(parse("--model m --image i.tif --out o.ome.tif --voxel-size 2,0.5,0.4 --engine wasm")).toEqual({
    model: "m",
    image: "i.tif",
    out: "o.ome.tif",
    engine: "wasm",
    voxelSizeZyx: [2, 0.5, 0.4],
    diameterUm: null,
  });
  expect(parse("--model m --image i.tif --out o.tif --diameter 7.5")?.diameterUm).toBe(7.5);
  expect(parse("--help")).toBeNull();
});

it.each([
  "",
  "--model m --image i.tif",
  "--model m --image i.tif --out o.png",
  "--model m --image i.tif --out o.tif --engine gpu",
  "--model m --image i.tif --out o.tif --voxel-size 1,2",
  "--model m --image i.tif --out o.tif --diameter wide",
  "--model m --image i.tif --out o.tif --diameter 0.4",
  "--model m --image i.tif --out o.tif --diameter 501",
  "--model m --image i.tif --out o.tif --nonsense",
])("refuses: %s", (line) => {
  expect(() => parse(line)).toThrow(expect.objectContaining({ tag: "wrong-arguments" }));
});
