export interface ImagejDescription {
  readonly planes: number;
  readonly spacingUm: number;
  /** Contrast that ImageJ opens with. */
  readonly displayRange: readonly [number, number];
}

/** The ImageDescription that makes ImageJ open a file as a z stack. `micron`, as µ breaks in Latin-1 readers. */
export const imagejDescription = ({ planes, spacingUm, displayRange }: ImagejDescription): string =>
  [
    "ImageJ=1.53t",
    `images=${planes}`,
    `slices=${planes}`,
    "unit=micron",
    `spacing=${spacingUm}`,
    "loop=false",
    `min=${displayRange[0]}`,
    `max=${displayRange[1]}`,
    "",
  ].join("\n");
