import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { openVolumeFile } from "../open-volume-file.ts";
import { hasPythonModule, runPython } from "../testing/python.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { readWholeVolume } from "../voxels/read-whole-volume.ts";

/** Files as programs of the field write them, by h5py and NumPy; every voxel says where it belongs. */
const folder = temporaryFolder();
const [sizeZ, sizeY, sizeX] = [5, 9, 11];
/** Channel c at time t. */
const valueAt = (z: number, y: number, x: number, c: number, t: number): number =>
  ((((t * 2 + c) * sizeZ + z) * sizeY + y) * sizeX + x) * 3;

const WRITER = `
import h5py, json, numpy as np, sys
folder = sys.argv[1]
sizes = dict(t=2, c=2, z=${sizeZ}, y=${sizeY}, x=${sizeX})
whole = (np.arange(2 * 2 * ${sizeZ * sizeY * sizeX}) * 3).reshape(2, 2, ${sizeZ}, ${sizeY}, ${sizeX}).astype("u2")
def stored(axes, dtype="u2"):
    picked = whole[tuple(slice(None) if axis in axes else 0 for axis in "tczyx")]
    left = [axis for axis in "tczyx" if axis in axes]
    return picked.transpose([left.index(axis) for axis in axes]).astype(dtype)
def tags(axes): return json.dumps({"axes": [{"key": axis, "typeFlags": 2} for axis in axes]})
text = lambda value: np.frombuffer(str(value).encode(), dtype="S1")
def new(name): return h5py.File(f"{folder}/{name}.h5", "w")

for axes in ("zyx", "xyz", "zcyx", "txyzc", "tczyx"):
    with new("tags_" + axes) as f: f.create_dataset("volume", data=stored(axes), chunks=True).attrs["axistags"] = tags(axes)
    with new("labels_" + axes) as f:
        made = f.create_dataset("volume", data=stored(axes))
        for i, axis in enumerate(axes): made.dims[i].label = axis
    with new("scales_" + axes) as f:
        made = f.create_dataset("volume", data=stored(axes))
        for i, axis in enumerate(axes):
            f["scale_" + axis] = np.arange(made.shape[i])
            f["scale_" + axis].make_scale(axis)
            made.dims[i].attach_scale(f["scale_" + axis])
with new("tags_tyx") as f: f.create_dataset("volume", data=whole[:, 0, 0]).attrs["axistags"] = tags("tyx")
with new("unnamed_czyx") as f: f["volume"] = stored("czyx")
with new("unnamed_zyxc") as f: f["volume"] = stored("zyxc")
with new("contradicting") as f:
    made = f.create_dataset("volume", data=stored("xyz"))
    made.attrs["axistags"] = tags("xyz")
    for i, axis in enumerate("zyx"): made.dims[i].label = axis
for order in ("zyx", "xyz"):
    with new("sized_" + order) as f:
        made = f.create_dataset("volume", data=stored(order))
        made.attrs["axistags"] = tags(order)
        made.attrs["element_size_um"] = (2.0, 0.5, 0.25)
with new("sized_twice") as f:
    f.create_dataset("volume", data=stored("zyx")).attrs["element_size_um"] = (2.0, 0.5, 0.25)
    f.attrs["element_size_um"] = (3.0, 0.5, 0.25)
for kind in ("i8", "u8", "f2", "f8", ">u2", ">f2", ">f8"):
    with new("type_" + kind.replace(">", "be_")) as f: f["volume"] = (stored("zyx") // 3).astype(kind)
with new("type_bool") as f: f["volume"] = stored("zyx") % 2 == 1
with new("f8_beyond") as f: f["volume"] = stored("zyx") * 1e300
with new("f8_whole") as f: f["volume"] = stored("zyx") + 2.0**24 + 1
with new("i8_beyond") as f: f["volume"] = stored("zyx", "i8") << 40
for name, options in {"lzf": {}, "lzf_shuffle": dict(shuffle=True), "lzf_fletcher": dict(fletcher32=True), "lzf_big": dict(dtype=">u2")}.items():
    with new(name) as f: f.create_dataset("volume", data=stored("zcyx"), chunks=(2, 1, 4, 5), compression="lzf", **options).attrs["axistags"] = tags("zcyx")
with new("lzf_noise") as f: f.create_dataset("volume", data=np.random.default_rng(1).integers(0, 65536, (4, 16, 16)).astype("u2"), chunks=(2, 16, 16), compression="lzf")
with new("sparse") as f: f.create_dataset("volume", shape=(64, 512, 512), dtype="u2", chunks=(8, 64, 64), fillvalue=9)[0:1, 0:1, 0:1] = 1

with new("imaris") as f:
    f.create_group("DataSetInfo/Channel 1").attrs["Name"] = text("GFP")
    image = f.create_group("DataSetInfo/Image")
    for key, value in dict(X=${sizeX}, Y=${sizeY}, Z=${sizeZ}, Unit="nm", ExtMin0=-100, ExtMin1=0, ExtMin2=0, ExtMax0=${sizeX * 250 - 100}, ExtMax1=${sizeY * 500}, ExtMax2=${sizeZ * 2000}).items(): image.attrs[key] = text(value)
    for t in range(2):
        for c in range(2):
            padded = np.zeros((8, 16, 16), "u2")
            padded[:${sizeZ}, :${sizeY}, :${sizeX}] = whole[t, c]
            for level in range(2):
                group = f.create_group(f"DataSet/ResolutionLevel {level}/TimePoint {t}/Channel {c}")
                for axis in "XYZ": group.attrs["ImageSize" + axis] = text(sizes[axis.lower()] // (level + 1))
                group.create_dataset("Data", data=padded[:: level + 1, :: level + 1, :: level + 1], chunks=(4, 4, 4))

with new("bdv") as f:
    for setup in range(2):
        # Coarse first, as nothing forbids.
        f[f"s{setup:02}/resolutions"] = np.array([[2.0, 2, 1], [1, 1, 1]])
        f[f"s{setup:02}/subdivisions"] = np.array([[4, 4, 4], [4, 4, 4]])
        for t in range(2):
            bright = whole[t, setup] + np.uint16(40_000)
            f[f"t{t:05}/s{setup:02}/0/cells"] = bright[:, ::2, ::2].view("i2")
            f.create_dataset(f"t{t:05}/s{setup:02}/1/cells", data=bright.view("i2"), chunks=(4, 4, 4))
`;

const hasH5py = hasPythonModule("h5py");

async function read(name: string, choice: { image?: number; channel?: number; time?: number } = {}) {
  const opened = await openVolumeFile(path.join(folder, `${name}.h5`), `${name}.h5`);
  try {
    const image = opened.contents.images[choice.image ?? 0];
    const source = await opened.open({ image: image.path, channel: choice.channel ?? 0, time: choice.time ?? 0 });
    return { ...opened.contents, image, ...(await readWholeVolume(source)) };
  } finally {
    await opened.close();
  }
}

const expected = (channel: number, time: number, change = (value: number) => value): number[] => {
  const voxels = [];
  for (let z = 0; z < sizeZ; z++)
    for (let y = 0; y < sizeY; y++)
      for (let x = 0; x < sizeX; x++) voxels.push(change(valueAt(z, y, x, channel, time)));
  return voxels;
};

describe.skipIf(!hasH5py)(`HDF5 by h5py${hasH5py ? "" : " (skipped: python3-h5py is not installed)"}`, () => {
  beforeAll(() => void runPython(WRITER, folder), 60_000);

  it.each(["tags", "labels", "scales"].flatMap((by) => ["zyx", "xyz", "zcyx", "txyzc", "tczyx"].map((a) => [by, a])))(
    "axes named by %s as %s",
    async (by, axes) => {
      for (const channel of axes.includes("c") ? [0, 1] : [0])
        for (const time of axes.includes("t") ? [0, 1] : [0]) {
          const { image, shapeZyx, pixels } = await read(`${by}_${axes}`, { channel, time });
          expect(shapeZyx).toEqual([sizeZ, sizeY, sizeX]);
          expect([image.channels.length, image.times]).toEqual([
            axes.includes("c") ? 2 : 1,
            axes.includes("t") ? 2 : 1,
          ]);
          expect([...pixels]).toEqual(expected(channel, time));
        }
    },
  );

  it("two times are no slices; unnamed axes are guessed and told", async () => {
    await expect(read("tags_tyx")).rejects.toMatchObject({
      where: expect.stringContaining("2 times, and no z slices"),
    });
    for (const name of ["unnamed_czyx", "unnamed_zyxc"]) {
      const { notes, pixels } = await read(name, { channel: 1 });
      expect([...pixels]).toEqual(expected(1, 0));
      expect(notes.join()).toContain("does not name its axes");
    }
  });

  it("axes that are stated twice and differently are a choice", async () => {
    const first = await read("contradicting");
    expect(first.notes.join()).toMatch(/states its axes twice.*axistags.*labels/);
    expect(first.images.map(({ shapeZyx }) => shapeZyx)).toEqual([
      [sizeZ, sizeY, sizeX],
      [sizeX, sizeY, sizeZ],
    ]);
    expect([...first.pixels]).toEqual(expected(0, 0));
    expect((await read("contradicting", { image: 1 })).shapeZyx).toEqual([sizeX, sizeY, sizeZ]);
  });

  it("a voxel size whose order is not said, or that is said twice and differently, is asked for", async () => {
    expect((await read("sized_zyx")).image.voxelSizeZyx).toEqual([2, 0.5, 0.25]);
    expect((await read("sized_xyz")).image).toMatchObject({
      voxelSizeZyx: null,
      voxelSizeNote: expect.stringMatching(/2 × 0.5 × 0.25 µm, but not whether/),
    });
    expect((await read("sized_twice")).image).toMatchObject({
      voxelSizeZyx: null,
      voxelSizeNote: expect.stringMatching(/2 × .* for the dataset and 3 × .* for the file/),
    });
  });

  it.each(["i8", "u8", "f2", "f8", "be_u2", "be_f2", "be_f8"])("numbers of type %s", async (type) => {
    const { pixels, notes } = await read(`type_${type}`);
    expect([...pixels]).toEqual(expected(0, 0, (value) => value / 3));
    expect(notes.join().includes("about 7 digits")).toBe(type.endsWith("f8"));
  });

  it("truth values are 0 and 1; what 32 bits cannot hold is refused with the number", async () => {
    expect([...(await read("type_bool")).pixels]).toEqual(expected(0, 0, (value) => value % 2));
    await expect(read("f8_beyond")).rejects.toMatchObject({ tag: "number-too-large", what: /3e\+300/ });
    await expect(read("f8_whole")).rejects.toMatchObject({ tag: "number-too-large", what: /16777217 would become/ });
    await expect(read("i8_beyond")).rejects.toMatchObject({ tag: "number-too-large", what: /does not fit/ });
  });

  it.each(["lzf", "lzf_shuffle", "lzf_fletcher", "lzf_big"])(
    "%s, in chunks that end beyond the volume",
    async (name) => {
      for (const channel of [0, 1]) expect([...(await read(name, { channel })).pixels]).toEqual(expected(channel, 0));
    },
  );

  it("LZF that packs nothing is stored as it is, chunk by chunk", async () => {
    const judge = runPython(
      `import numpy as np; print(np.random.default_rng(1).integers(0, 65536, (4, 16, 16)).astype("u2").sum())`,
    );
    const { pixels } = await read("lzf_noise");
    expect([...pixels].reduce((sum, value) => sum + value, 0)).toBe(Number(judge));
  });

  it("chunks that were never written are the fill value, and that is told", async () => {
    const { pixels, notes } = await read("sparse");
    expect([pixels[0], pixels[1], pixels.at(-1)]).toEqual([1, 9, 9]);
    expect(notes.join()).toContain("fill value");
  });

  it("Imaris: the real extent, every channel and time, µm from nm", async () => {
    for (const channel of [0, 1])
      for (const time of [0, 1]) {
        const { images, image, pixels } = await read("imaris", { channel, time });
        expect(images).toHaveLength(1);
        expect(image).toMatchObject({ shapeZyx: [sizeZ, sizeY, sizeX], channels: ["channel 1", "GFP"], times: 2 });
        expect(image.voxelSizeZyx?.map((size) => size.toFixed(6))).toEqual(["2.000000", "0.500000", "0.250000"]);
        expect([...pixels]).toEqual(expected(channel, time));
      }
  });

  it("BigDataViewer: unsigned whatever the file says, the finest level, every set-up and time", async () => {
    for (const image of [0, 1])
      for (const time of [0, 1]) {
        const { images, notes, pixels } = await read("bdv", { image, time });
        expect(images.map(({ path: name }) => name)).toEqual(["set-up 0", "set-up 1"]);
        expect(notes.join()).toMatch(/taken as unsigned.*xml/);
        expect([...pixels]).toEqual(expected(image, time, (value) => value + 40_000));
      }
  });
});
