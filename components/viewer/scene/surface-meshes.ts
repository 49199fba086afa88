import {
  BufferAttribute,
  BufferGeometry,
  DataTexture,
  DoubleSide,
  FrontSide,
  GLSL3,
  Group,
  Mesh,
  NearestFilter,
  RGBAFormat,
  ShaderMaterial,
  UnsignedByteType,
  Vector3,
} from "three";
import type { LabelValue } from "../../../core/edit/label-document.ts";
import type { BrickKey } from "../../../core/volume/brick.ts";
import type { VoxelBox, Zyx } from "../../../core/volume/voxel-space.ts";
import type { DrawnLayer } from "../engine/drawn-layers.ts";
import type { BrickSurface } from "../mesh/mesh-messages.ts";
import { surfaceFragmentShader, surfaceVertexShader } from "./surface-shaders.ts";

const PALETTE_WIDTH = 256;

/** Voxels: beyond any volume. */
const FAR = 1e7;

/** Alpha of a palette texel says how a nucleus is drawn; the shader knows these numbers. */
const drawnAs = { hidden: 0, plain: 85, hatched: 170, selected: 255 } as const;

/**
 * Surfaces of one label layer, a mesh per brick. Vertices name a slot of a palette texture, so that colours, visibility and
 * selection change without touching geometry.
 */
export class SurfaceMeshes {
  readonly group = new Group();
  readonly #material: ShaderMaterial;
  readonly #meshes = new Map<BrickKey, Mesh>();
  readonly #slots = new Map<LabelValue, number>();
  #palette = createPalette(1);

  constructor(isProposal: boolean) {
    this.#material = new ShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: surfaceVertexShader,
      fragmentShader: surfaceFragmentShader,
      uniforms: {
        palette: { value: this.#palette },
        isProposal: { value: isProposal },
        clipLowUm: { value: new Vector3(-FAR, -FAR, -FAR) },
        clipHighUm: { value: new Vector3(FAR, FAR, FAR) },
      },
    });
  }

  get isEmpty(): boolean {
    return this.#meshes.size === 0;
  }

  setSurface(key: BrickKey, surface: BrickSurface | null): void {
    const old = this.#meshes.get(key);
    if (old) {
      old.geometry.dispose();
      this.group.remove(old);
      this.#meshes.delete(key);
    }
    if (!surface) return;
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(surface.positions, 3));
    geometry.setAttribute("normal", new BufferAttribute(surface.normals, 3));
    geometry.setAttribute("slot", new BufferAttribute(this.#slotsOf(surface.labels), 1));
    geometry.setIndex(new BufferAttribute(surface.indices, 1));
    const mesh = new Mesh(geometry, this.#material);
    this.#meshes.set(key, mesh);
    this.group.add(mesh);
  }

  clear(): void {
    for (const key of [...this.#meshes.keys()]) this.setSurface(key, null);
  }

  /** Nothing outside is drawn; null: no bounds. */
  clip(box: VoxelBox | null, [sz, sy, sx]: Zyx): void {
    const { uniforms } = this.#material;
    const [lowZ, lowY, lowX] = box?.minZyx ?? [-FAR, -FAR, -FAR];
    const [highZ, highY, highX] = box?.maxZyx ?? [FAR, FAR, FAR];
    (uniforms.clipLowUm.value as Vector3).set(lowX * sx, lowY * sy, lowZ * sz);
    (uniforms.clipHighUm.value as Vector3).set(highX * sx, highY * sy, highZ * sz);
    const side = box ? DoubleSide : FrontSide;
    if (this.#material.side === side) return;
    this.#material.side = side;
    this.#material.needsUpdate = true;
  }

  /** Asks the layer for all colours again. `isAlone`: the selected nucleus is, and no other is drawn. */
  restyle({ layer, palette }: DrawnLayer, selectedGroup: LabelValue, isAlone: boolean): void {
    this.group.visible = layer.visible;
    const rows = Math.ceil((this.#slots.size + 1) / PALETTE_WIDTH);
    if (rows > this.#palette.image.height) {
      this.#palette.dispose();
      this.#palette = createPalette(2 ** Math.ceil(Math.log2(rows)));
      this.#material.uniforms.palette.value = this.#palette;
    }
    const texels = this.#palette.image.data as Uint8Array;
    for (const [label, slot] of this.#slots) {
      const entry = palette.entryOf(label);
      const isSelected = selectedGroup !== 0 && entry.group === selectedGroup;
      const kind =
        !entry.visible || (isAlone && !isSelected)
          ? "hidden"
          : isSelected
            ? "selected"
            : entry.hatched
              ? "hatched"
              : "plain";
      texels.set([entry.r, entry.g, entry.b, drawnAs[kind]], slot * 4);
    }
    this.#palette.needsUpdate = true;
  }

  dispose(): void {
    this.clear();
    this.#material.dispose();
    this.#palette.dispose();
  }

  #slotsOf(labels: Uint32Array): Float32Array {
    const slots = new Float32Array(labels.length);
    for (let i = 0; i < labels.length; i++) {
      let slot = this.#slots.get(labels[i]);
      if (slot === undefined) {
        slot = this.#slots.size + 1;
        this.#slots.set(labels[i], slot);
      }
      slots[i] = slot;
    }
    return slots;
  }
}

function createPalette(rows: number): DataTexture {
  const data = new Uint8Array(PALETTE_WIDTH * rows * 4);
  const texture = new DataTexture(data, PALETTE_WIDTH, rows, RGBAFormat, UnsignedByteType);
  texture.magFilter = NearestFilter;
  texture.minFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}
