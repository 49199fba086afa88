import { randomUUID } from "node:crypto";
import type { JobVolume } from "../../../core/contract/trainer-job.ts";
import { BRICK_SIZE, BRICK_VOXELS } from "../../../core/volume/brick.ts";
import { containsPoint, type VoxelBox, type Zyx } from "../../../core/volume/voxel-space.ts";

/** Nuclei lie on a lattice, one in each cell, shifted and as large as its place says. */
const CELL_UM = 6;
const RADIUS_UM = [1.9, 2.6] as const;

export interface EndlessVolume {
  readonly volume: JobVolume;
  /** Serves the blobs of `volume`, made when they are asked for; nothing is kept. */
  readBlob(key: string): Promise<Uint8Array | undefined>;
  /** Bytes of image and label chunks served so far. */
  served: { image: number; labels: number };
  /** In any place; 0 outside of all nuclei. */
  nucleusAt(z: number, y: number, x: number): number;
}

export interface EndlessOptions {
  readonly shapeZyx: Zyx;
  readonly voxelSizeZyx: Zyx;
  /** Nuclei that lie in these boxes with their middle are labelled, all others are not. */
  readonly labelledIn?: readonly VoxelBox[];
  readonly boxes?: NonNullable<JobVolume["frozen"]>["manifest"]["boxes"];
  readonly keptOut?: boolean;
  /** Nothing but 0 lies outside of it. */
  readonly filled?: VoxelBox;
}

interface Ball {
  readonly number: number;
  readonly centreUm: readonly number[];
  readonly radiusUm: number;
}

/** A volume of any size that takes no memory: noisy bright balls, some of them labelled. */
export function createEndlessVolume(options: EndlessOptions): EndlessVolume {
  const { shapeZyx, voxelSizeZyx, labelledIn = [] } = options;
  const cells = shapeZyx.map((size, axis) => Math.floor((size * voxelSizeZyx[axis]) / CELL_UM));
  const ballOf = (cz: number, cy: number, cx: number): Ball | null => {
    if ([cz, cy, cx].some((at, axis) => at < 0 || at >= cells[axis])) return null;
    const number = 1 + (cz * cells[1] + cy) * cells[2] + cx;
    const centreUm = [cz, cy, cx].map((at, axis) => (at + 0.5 + 0.1 * (hash(number, axis) - 0.5)) * CELL_UM);
    return { number, centreUm, radiusUm: RADIUS_UM[0] + (RADIUS_UM[1] - RADIUS_UM[0]) * hash(number, 7) };
  };
  const liesIn = ({ minZyx, maxZyx }: VoxelBox, { centreUm }: Ball) =>
    centreUm.every((at, axis) => at / voxelSizeZyx[axis] >= minZyx[axis] && at / voxelSizeZyx[axis] < maxZyx[axis]);
  const isLabelled = (ball: Ball) => labelledIn.some((box) => liesIn(box, ball));
  const isFilled = (ball: Ball) => !options.filled || liesIn(options.filled, ball);
  /** Balls that reach into a box, with the voxels of the box that are theirs. */
  const paint = (box: VoxelBox, mark: (i: number, ball: Ball) => void, only: (ball: Ball) => boolean): void => {
    const range = (axis: 0 | 1 | 2) => [
      Math.floor((box.minZyx[axis] * voxelSizeZyx[axis]) / CELL_UM) - 1,
      Math.floor((box.maxZyx[axis] * voxelSizeZyx[axis]) / CELL_UM) + 1,
    ];
    const [[z0, z1], [y0, y1], [x0, x1]] = [range(0), range(1), range(2)];
    const [height, width] = [box.maxZyx[1] - box.minZyx[1], box.maxZyx[2] - box.minZyx[2]];
    for (let cz = z0; cz <= z1; cz++)
      for (let cy = y0; cy <= y1; cy++)
        for (let cx = x0; cx <= x1; cx++) {
          const ball = ballOf(cz, cy, cx);
          if (!ball || !only(ball)) continue;
          const first = ball.centreUm.map((at, axis) =>
            Math.max(box.minZyx[axis], Math.floor((at - ball.radiusUm) / voxelSizeZyx[axis])),
          );
          const end = ball.centreUm.map((at, axis) =>
            Math.min(box.maxZyx[axis], Math.ceil((at + ball.radiusUm) / voxelSizeZyx[axis])),
          );
          for (let z = first[0]; z < end[0]; z++)
            for (let y = first[1]; y < end[1]; y++)
              for (let x = first[2]; x < end[2]; x++) {
                const dz = (z + 0.5) * voxelSizeZyx[0] - ball.centreUm[0];
                const dy = (y + 0.5) * voxelSizeZyx[1] - ball.centreUm[1];
                const dx = (x + 0.5) * voxelSizeZyx[2] - ball.centreUm[2];
                if (dz * dz + dy * dy + dx * dx <= ball.radiusUm ** 2)
                  mark(((z - box.minZyx[0]) * height + y - box.minZyx[1]) * width + x - box.minZyx[2], ball);
              }
        }
  };
  const labelled: Ball[] = [];
  for (let cz = 0; cz < cells[0]; cz++)
    for (let cy = 0; cy < cells[1]; cy++)
      for (let cx = 0; cx < cells[2]; cx++) {
        const ball = labelledIn.length > 0 ? ballOf(cz, cy, cx) : null;
        if (ball && isLabelled(ball)) labelled.push(ball);
      }
  const volumeId = randomUUID();
  const served = { image: 0, labels: 0 };
  const chunkBox = (at: readonly number[]): VoxelBox => {
    const [z, y, x] = at.map((index) => index * BRICK_SIZE);
    return { minZyx: [z, y, x], maxZyx: [z + BRICK_SIZE, y + BRICK_SIZE, x + BRICK_SIZE] };
  };
  const imageChunk = (at: readonly number[]): Uint8Array => {
    const values = new Uint16Array(BRICK_VOXELS);
    let state = Math.imul(at[0] * 4096 + at[1] * 64 + at[2] + 1, 2654435761) >>> 0 || 1;
    for (let i = 0; i < values.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      values[i] = 100 + ((state >>> 0) % 120);
    }
    paint(
      chunkBox(at),
      (i) => {
        values[i] += 300;
      },
      isFilled,
    );
    if (options.filled) emptyBeyond(values, chunkBox(at), options.filled);
    return new Uint8Array(values.buffer);
  };
  const labelChunk = (at: readonly number[]): Uint8Array | undefined => {
    const values = new Uint32Array(BRICK_VOXELS);
    let any = false;
    const mark = (i: number, ball: Ball) => {
      values[i] = ball.number;
      any = true;
    };
    if (labelled.length > 0) paint(chunkBox(at), mark, isLabelled);
    return any ? new Uint8Array(values.buffer) : undefined;
  };
  const volume: JobVolume = {
    volumeId,
    specimen: volumeId,
    shapeZyx,
    voxelSizeZyx,
    intensityRange: null,
    nucleusDiameterUm: null,
    imagePrefix: `image/${volumeId}/`,
    frozen: {
      labelsPrefix: `labels/${volumeId}/`,
      proposalsPrefix: null,
      manifest: {
        volumeId,
        name: "endless",
        specimen: volumeId,
        keptOut: options.keptOut ?? false,
        shapeZyx,
        voxelSizeZyx,
        nuclei: labelled.map(({ number }) => ({
          label: number,
          status: "accepted",
          class: null,
          origin: null,
          by: null,
        })),
        rejectedProposals: null,
        boxes: [...(options.boxes ?? [])],
      },
    },
  };
  return {
    volume,
    served,
    nucleusAt(z, y, x) {
      let number = 0;
      const box: VoxelBox = { minZyx: [z, y, x], maxZyx: [z + 1, y + 1, x + 1] };
      paint(
        box,
        (_, ball) => {
          number = ball.number;
        },
        () => true,
      );
      return number;
    },
    async readBlob(key) {
      const kind = key.startsWith(volume.imagePrefix) ? "image" : "labels";
      const path = key.slice(`${kind}/${volumeId}/`.length);
      if (path === "0/zarr.json") return arrayMetadata(shapeZyx, kind === "image" ? "uint16" : "uint32");
      const at = /^0\/c\/(\d+)\/(\d+)\/(\d+)$/.exec(path)?.slice(1).map(Number);
      if (!at) return undefined;
      const bytes = kind === "image" ? imageChunk(at) : labelChunk(at);
      served[kind] += bytes?.length ?? 0;
      return bytes;
    },
  };
}

function emptyBeyond(values: Uint16Array, box: VoxelBox, filled: VoxelBox): void {
  let i = 0;
  for (let z = box.minZyx[0]; z < box.maxZyx[0]; z++)
    for (let y = box.minZyx[1]; y < box.maxZyx[1]; y++)
      for (let x = box.minZyx[2]; x < box.maxZyx[2]; x++, i++) if (!containsPoint(filled, z, y, x)) values[i] = 0;
}

/** 0…1, as the numbers say. */
function hash(number: number, salt: number): number {
  let state = Math.imul(number ^ (salt << 24), 2246822519);
  state = Math.imul(state ^ (state >>> 15), 3266489917);
  return ((state ^ (state >>> 13)) >>> 0) / 2 ** 32;
}

export const arrayMetadata = (shapeZyx: Zyx, dataType: "uint16" | "uint32"): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      zarr_format: 3,
      node_type: "array",
      shape: shapeZyx,
      data_type: dataType,
      chunk_grid: { name: "regular", configuration: { chunk_shape: [BRICK_SIZE, BRICK_SIZE, BRICK_SIZE] } },
      chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
      fill_value: 0,
      codecs: [{ name: "bytes", configuration: { endian: "little" } }],
      attributes: {},
    }),
  );
