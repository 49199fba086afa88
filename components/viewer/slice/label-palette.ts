import type { LabelValue } from "../../../core/edit/label-document.ts";
import type { LabelLayer } from "../viewer-contract.ts";

export interface PaletteEntry {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly visible: boolean;
  readonly hatched: boolean;
  /** Labels of one group have no outline between them. */
  readonly group: LabelValue;
}

/** Remembers what the layer said about each label until its style revision changes. */
export class LabelPalette {
  readonly #entries = new Map<LabelValue, PaletteEntry>();
  #layer: LabelLayer;

  constructor(layer: LabelLayer) {
    this.#layer = layer;
  }

  /** True when colours may have changed. */
  use(layer: LabelLayer): boolean {
    const isSame = layer.styleRevision === this.#layer.styleRevision && layer.source === this.#layer.source;
    this.#layer = layer;
    if (isSame) return false;
    this.#entries.clear();
    return true;
  }

  entryOf(label: LabelValue): PaletteEntry {
    const known = this.#entries.get(label);
    if (known) return known;
    const style = this.#layer.styleOf(label);
    const entry: PaletteEntry = {
      r: style.rgb[0],
      g: style.rgb[1],
      b: style.rgb[2],
      visible: style.visible,
      hatched: style.hatched,
      group: this.#layer.groupOf?.(label) ?? label,
    };
    this.#entries.set(label, entry);
    return entry;
  }

  groupOf(label: LabelValue): LabelValue {
    return label === 0 ? 0 : this.entryOf(label).group;
  }
}
