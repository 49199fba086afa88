/** A number that is drawn anew for every volume; both ends belong to it. */
export interface DrawnRange {
  readonly from: number;
  readonly to: number;
  readonly unit: string;
  /** Evenly over the numbers, or over their logarithms. */
  readonly evenly?: "linear" | "log";
  /** Share of the volumes that have it at all; in the others it is 0. */
  readonly chance?: number;
}

/** Relative weights of the kinds of something. */
export type DrawnKind<Kind extends string> = Readonly<Record<Kind, number>>;

const range = (from: number, to: number, unit: string, chance?: number): DrawnRange => ({ from, to, unit, chance });
const log = (from: number, to: number, unit: string, chance?: number): DrawnRange => ({
  ...range(from, to, unit, chance),
  evenly: "log",
});

const DIAMETERS = "nucleus diameters";
const RADII = "radii of the nucleus";
const BRIGHTNESS = "brightness of a nucleus";
const VOXELS = "in-plane voxels";

/**
 * Everything that differs between two simulated volumes, and how far. Lengths are in diameters of a nucleus (the wish's
 * `diameterUm`) where not stated otherwise, so that one table serves every magnification.
 */
export const SIMULATOR_RANGES = {
  // How nuclei lie.
  packing: { confluent: 3, loose: 2, cluster: 3, cyst: 2, scattered: 1 } as DrawnKind<
    "confluent" | "loose" | "cluster" | "cyst" | "scattered"
  >,
  confluentSpacing: range(0.74, 0.92, "sum of two radii, centre to centre"),
  looseSpacing: range(0.9, 1.35, "sum of two radii, centre to centre"),
  clusterSpacing: range(0.76, 1.15, "sum of two radii, centre to centre"),
  cystSpacing: range(0.78, 1.1, "sum of two radii, centre to centre"),
  scatteredSpacing: range(1.2, 2.4, "sum of two radii, centre to centre"),
  fillShare: range(0.35, 1, "of the nuclei that find room"),
  clusterRadius: range(0.4, 1.1, "half widths of the volume"),
  clusterStretchZ: range(0.65, 1.35, "of its in-plane radius"),
  clusterBumps: range(0.02, 0.25, "of its radius"),
  cystWall: range(0.1, 1.4, DIAMETERS),
  cystFlattening: range(1, 2, "tangential over radial axis"),
  contactGap: range(0.01, 0.07, DIAMETERS, 0.5),

  // What a nucleus is shaped like.
  sizeSpread: range(0.02, 0.22, "standard deviation of the logarithm of the diameter"),
  smallShare: range(0.05, 0.35, "of the nuclei", 0.3),
  smallScale: range(0.5, 0.8, "of the diameter of the others"),
  orientation: { random: 3, alongZ: 1, inPlane: 1, common: 1 } as DrawnKind<"random" | "alongZ" | "inPlane" | "common">,
  elongation: log(1, 1.9, "longest over middle axis"),
  flattening: log(1, 1.5, "middle over shortest axis"),
  axisSpread: range(0.02, 0.16, "standard deviation of the logarithm of an axis"),
  bumpHeight: range(0.005, 0.09, RADII),
  bend: range(0.05, 0.4, RADII, 0.6),

  // What a nucleus looks like inside.
  brightnessSpread: range(0.05, 0.45, "standard deviation of the logarithm of the brightness"),
  dimShare: range(0.1, 0.5, "of the nuclei", 0.45),
  dimFactor: range(0.2, 0.5, BRIGHTNESS),
  chromatinContrast: range(0, 0.7, "standard deviation over mean, about"),
  chromatinGrain: log(0.06, 0.35, DIAMETERS),
  nucleoli: range(1, 3.5, "per nucleus, on average", 0.35),
  nucleolusRadius: range(0.09, 0.26, DIAMETERS),
  nucleolusDarkness: range(0.4, 1, "of the brightness that is missing"),
  chromocentres: range(2, 14, "per nucleus, on average", 0.3),
  chromocentreRadius: range(0.035, 0.1, DIAMETERS),
  chromocentreBrightness: range(0.5, 2.5, `${BRIGHTNESS}, added`),
  hollowShare: range(0.4, 1, "of the nuclei have a bright rim", 0.3),
  hollowLevel: range(0.05, 0.7, "brightness inside over that of the rim"),
  rimThickness: range(0.07, 0.22, DIAMETERS),
  mitoticShare: range(0.02, 0.12, "of the nuclei", 0.4),
  mitoticBrightness: range(1.5, 3.5, BRIGHTNESS),

  // What lies between them.
  backgroundLevel: log(0.004, 0.35, BRIGHTNESS),
  backgroundContrast: range(0, 0.8, "standard deviation over mean, about"),
  backgroundGrain: log(0.4, 4, DIAMETERS),
  cytoplasmGlow: log(0.02, 0.3, BRIGHTNESS, 0.5),
  cytoplasmReach: range(0.25, 0.8, DIAMETERS),
  specks: log(0.05, 2, "per nucleus", 0.35),
  speckRadius: log(0.02, 0.12, DIAMETERS),
  speckBrightness: log(0.3, 4, BRIGHTNESS),
  patches: log(0.05, 0.4, `${BRIGHTNESS}: other cells that glow`, 0.2),
  patchGrain: log(0.8, 2.5, DIAMETERS),
  walls: range(1, 5, "bright sheets across the volume", 0.12),
  wallThickness: range(0.04, 0.12, DIAMETERS),
  wallBrightness: log(0.3, 1.5, BRIGHTNESS),

  // What the microscope makes of it.
  optics: { confocal: 3, lightSheet: 2, widefield: 2 } as DrawnKind<"confocal" | "lightSheet" | "widefield">,
  blurSigma: range(0.5, 2.2, VOXELS),
  mostBlur: range(0.06, 0.13, `${DIAMETERS}: no more than this in the plane`),
  blurStretchZ: log(1.3, 5, "sigma along z over that in the plane"),
  mostBlurZ: range(0.12, 0.42, `${DIAMETERS}: no more than this along z`),
  blurGrowth: range(1.2, 2, "sigma at the far face over the near one", 0.4),
  hazeShare: range(0.02, 0.2, "of the light", 0.7),
  widefieldHazeShare: range(0.25, 0.6, "of the light"),
  hazeReach: range(0.5, 1.6, DIAMETERS),
  hazeStretchZ: range(1, 2.5, "reach along z over that in the plane"),
  attenuation: range(0.2, 2.6, "logarithm of the light lost through the volume", 0.65),
  attenuationSide: { above: 1, below: 1 } as DrawnKind<"above" | "below">,
  lateralFade: range(0.1, 0.9, "logarithm of the light lost across the volume", 0.3),
  stripeContrast: range(0.03, 0.2, "of the light", 0.15),
  stripePeriod: log(3, 30, VOXELS),
  sliceFlicker: range(0.02, 0.12, "standard deviation of a slice's brightness", 0.2),

  // What the camera makes of it.
  photons: log(3, 1500, "per voxel of a nucleus of brightness 1"),
  readNoise: log(0.05, 1, "of the shot noise in a nucleus of brightness 1"),
  noiseBlur: range(0.4, 0.8, `${VOXELS}: images smoothed after they were taken`, 0.2),
  gain: log(0.3, 30, "counts per photon"),
  offset: range(0, 400, "counts", 0.7),
  zeroBelow: range(0.01, 0.12, `${BRIGHTNESS}: dark surroundings set to exactly 0`, 0.18),
  saturation: log(0.0005, 0.02, "of the voxels are at the camera's maximum", 0.3),
  storage: { uint8: 2, uint16: 4, float32: 1 } as DrawnKind<"uint8" | "uint16" | "float32">,

  // Where people draw the outline.
  outlineGenerosity: range(-0.03, 0.12, `${DIAMETERS} outside of the half maximum`),
  outlineWobble: range(0, 0.025, DIAMETERS),
} as const satisfies Readonly<Record<string, DrawnRange | Readonly<Record<string, number>>>>;

type Table = typeof SIMULATOR_RANGES;
export type NumberName = { [K in keyof Table]: Table[K] extends DrawnRange ? K : never }[keyof Table];
export type KindName = Exclude<keyof Table, NumberName>;

export type SimulatorRanges = { readonly [K in NumberName]: DrawnRange } & {
  readonly [K in KindName]: Table[K];
};

/** What was drawn for one volume, in the units of `SIMULATOR_RANGES`. */
export type SimulatorDraw = { readonly [K in NumberName]: number } & {
  readonly [K in KindName]: keyof Table[K] & string;
};

export const isRange = (entry: DrawnRange | Readonly<Record<string, number>>): entry is DrawnRange => "from" in entry;
