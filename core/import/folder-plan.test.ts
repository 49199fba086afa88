import { describe, expect, it } from "vitest";
import { planFolder } from "./folder-plan.ts";

const told = (files: readonly string[]) => {
  const { volumes, leftOut, conventions } = planFolder(files);
  return {
    volumes: volumes.map(({ name, image, labels }) => [name, image, labels]),
    leftOut: leftOut.map(({ file, missed }) => [file, missed]),
    conventions: conventions.map((words) => words.split(":")[0]),
  };
};

describe("a folder is told apart", () => {
  it.each<[string, string[], ReturnType<typeof told>]>([
    [
      "pairs by name",
      ["d/a_image.tif", "d/a_labels.tif", "d/b.tif", "d/b_seg.tif"],
      {
        volumes: [
          ["a", "d/a_image.tif", "d/a_labels.tif"],
          ["b", "d/b.tif", "d/b_seg.tif"],
        ],
        leftOut: [],
        conventions: [],
      },
    ],
    [
      "nnU-Net",
      [
        "N/dataset.json",
        "N/imagesTr/e_001_0000.tif",
        "N/imagesTr/e_001_0001.tif",
        "N/imagesTs/e_002_0000.tif",
        "N/labelsTr/e_001.tif",
      ],
      {
        volumes: [
          ["e_001", "N/imagesTr/e_001_0000.tif", "N/labelsTr/e_001.tif"],
          ["e_002", "N/imagesTs/e_002_0000.tif", null],
        ],
        leftOut: [
          ["N/dataset.json", false],
          ["N/imagesTr/e_001_0001.tif", false],
        ],
        conventions: ["nnU-Net"],
      },
    ],
    [
      "StarDist, train and test",
      ["s/train/images/a.tif", "s/train/masks/a.tif", "s/test/images/a.tif", "s/test/masks/a.tif"],
      {
        volumes: [
          ["test_a", "s/test/images/a.tif", "s/test/masks/a.tif"],
          ["train_a", "s/train/images/a.tif", "s/train/masks/a.tif"],
        ],
        leftOut: [],
        conventions: ["folders of images and of masks with equal file names"],
      },
    ],
    [
      "Cellpose",
      ["c/x.tif", "c/x_cp_masks.tif", "c/x_seg.npy", "c/y.tif", "c/y_masks.tif"],
      {
        volumes: [
          ["x", "c/x.tif", "c/x_cp_masks.tif"],
          ["y", "c/y.tif", "c/y_masks.tif"],
        ],
        leftOut: [["c/x_seg.npy", true]],
        conventions: ["Cellpose"],
      },
    ],
    [
      "other words",
      [
        "a.tif",
        "mask-a.tif",
        "b.tif",
        "b_labels_final.tif",
        "c.tif",
        "c_annotation.tif",
        "d.tif",
        "d_gt.tif",
        "e.tif",
        "e.labels.tif",
      ],
      {
        volumes: [
          ["a", "a.tif", "mask-a.tif"],
          ["b", "b.tif", "b_labels_final.tif"],
          ["c", "c.tif", "c_annotation.tif"],
          ["d", "d.tif", "d_gt.tif"],
          ["e", "e.tif", "e.labels.tif"],
        ],
        leftOut: [],
        conventions: ["X_labels_final beside X", "X_annotation beside X", "mask-X beside X"],
      },
    ],
    [
      "Cell Tracking Challenge",
      [
        "Fluo-N3DH-CE/01/t000.tif",
        "Fluo-N3DH-CE/01/t001.tif",
        "Fluo-N3DH-CE/01_GT/SEG/man_seg000.tif",
        "Fluo-N3DH-CE/01_GT/SEG/man_seg_001_012.tif",
        "Fluo-N3DH-CE/01_GT/TRA/man_track000.tif",
        "Fluo-N3DH-CE/01_GT/TRA/man_track.txt",
        "Fluo-N3DH-CE/01_ST/SEG/man_seg000.tif",
        "Fluo-N3DH-CE/01_ST/SEG/man_seg001.tif",
      ],
      {
        volumes: [
          ["01_t000", "Fluo-N3DH-CE/01/t000.tif", "Fluo-N3DH-CE/01_GT/SEG/man_seg000.tif"],
          ["01_t001", "Fluo-N3DH-CE/01/t001.tif", "Fluo-N3DH-CE/01_ST/SEG/man_seg001.tif"],
        ],
        leftOut: [
          ["Fluo-N3DH-CE/01_GT/SEG/man_seg_001_012.tif", true],
          ["Fluo-N3DH-CE/01_GT/TRA/man_track.txt", false],
          ["Fluo-N3DH-CE/01_GT/TRA/man_track000.tif", false],
          ["Fluo-N3DH-CE/01_ST/SEG/man_seg000.tif", false],
        ],
        conventions: ["Cell Tracking Challenge"],
      },
    ],
    [
      "Mac's and hidden files, other formats",
      ["d/._a.tif", "d/.DS_Store", "d/a.tif", "d/notes.txt", "__MACOSX/d/a.tif", "d/b.vsi", "d/.cache/c.tif"],
      {
        volumes: [["a", "d/a.tif", null]],
        leftOut: [
          ["__MACOSX/d/a.tif", false],
          ["d/.DS_Store", false],
          ["d/._a.tif", false],
          ["d/.cache/c.tif", false],
          ["d/b.vsi", true],
          ["d/notes.txt", false],
        ],
        conventions: [],
      },
    ],
    [
      "labels alone, two labels for one image",
      ["labelsTr/a.tif", "x/b.tif", "x/b_mask.tif", "x/b_seg.tif", "x/c_labels.tif"],
      {
        volumes: [["b", "x/b.tif", null]],
        leftOut: [
          ["labelsTr/a.tif", true],
          ["x/b_mask.tif", true],
          ["x/b_seg.tif", true],
          ["x/c_labels.tif", true],
        ],
        conventions: ["nnU-Net"],
      },
    ],
  ])("%s", (_, files, right) => {
    expect(told(files)).toEqual(right);
  });

  it("accounts for every file once, whatever names they have, and gives every volume its own name", () => {
    const words = [
      "a",
      "b",
      "images",
      "masks",
      "01",
      "01_GT",
      "SEG",
      "a_labels",
      "a_image",
      "mask-a",
      "t000",
      ".x",
      "e_0000",
    ];
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let round = 0; round < 300; round++) {
      const files = Array.from({ length: 1 + random(20) }, () => {
        const depth = random(4);
        const parts = Array.from({ length: depth + 1 }, () => words[random(words.length)]);
        return `${parts.join("/")}${[".tif", ".h5", ".txt", "_seg.npy", ".ome.tif"][random(5)]}`;
      });
      const { volumes, leftOut } = planFolder(files);
      const seen = [
        ...volumes.flatMap(({ image, labels }) => (labels ? [image, labels] : [image])),
        ...leftOut.map(({ file }) => file),
      ];
      expect(seen.sort()).toEqual([...new Set(files)].sort());
      const names = volumes.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
