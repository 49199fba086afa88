/** Units of length as files write them, in micrometres. `µ` comes as U+00B5, as U+03BC and, from ImageJ, as an escape. */
const UM_PER_UNIT: Readonly<Record<string, number>> = {
  m: 1e6,
  meter: 1e6,
  cm: 1e4,
  centimeter: 1e4,
  mm: 1e3,
  millimeter: 1e3,
  um: 1,
  µm: 1,
  micron: 1,
  microns: 1,
  micrometer: 1,
  micrometre: 1,
  nm: 1e-3,
  nanometer: 1e-3,
  nanometre: 1e-3,
  pm: 1e-6,
  picometer: 1e-6,
  å: 1e-4,
  angstrom: 1e-4,
  inch: 25_400,
  in: 25_400,
};

/** Null where the unit is unknown (`pixel`, `null`, empty): nobody may guess it. */
export function lengthInUm(value: number, unit: string): number | null {
  const name = unit
    .trim()
    .replace(/\\u00B5/i, "µ")
    .replaceAll("\u03bc", "µ")
    .toLowerCase();
  const factor = UM_PER_UNIT[name];
  return factor === undefined || !Number.isFinite(value) || value <= 0 ? null : value * factor;
}
