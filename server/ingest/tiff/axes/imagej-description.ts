import { lengthInUm } from "../../header/length-unit.ts";
import { decimalNumber, wholeNumber } from "../../header/strict-numbers.ts";

/** Some twenty lines are usual. */
const MAX_LENGTH = 65_536;

/** What Fiji and ImageJ write into the description of the first page; the format is documented by its readers only. */
export interface ImageJDescription {
  readonly channels: number;
  readonly slices: number;
  readonly frames: number;
  /** Pages that the file says it has; a file over 4 GB has only one directory for all of them. */
  readonly images: number;
  /** Which axis runs fastest, then second, then third: `czt` unless the file says otherwise. */
  readonly order: string;
  /** µm between slices; null where unit or spacing are missing. */
  readonly spacingUm: number | null;
  /** The field is not there. */
  readonly lacksSpacing: boolean;
  /** µm per unit of the resolution tags along y and x; null where there is no unit of length. */
  readonly umPerUnitYx: readonly [number | null, number | null];
}

const ORDERS = /^(czt|ctz|zct|ztc|tcz|tzc)$/;

export function parseImageJDescription(text: string): ImageJDescription | null {
  if (!text.startsWith("ImageJ=")) return null;
  const fields = new Map<string, string>();
  for (const line of text.slice(0, MAX_LENGTH).split(/\r?\n/)) {
    const equals = line.indexOf("=");
    if (equals > 0) fields.set(line.slice(0, equals), line.slice(equals + 1).trim());
  }
  const count = (key: string): number => {
    return wholeNumber(fields.get(key) ?? "1") || 1;
  };
  // Newer versions name the units of y and z where they differ from that of x.
  const unit = fields.get("unit") ?? "";
  const umPerUnit = (key: string) => lengthInUm(1, fields.get(key) ?? unit);
  // ImageJ lets the spacing be negative for stacks taken from the top.
  const spacing = Math.abs(decimalNumber(fields.get("spacing") ?? "") ?? Number.NaN);
  const order = (fields.get("order") ?? "").toLowerCase();
  return {
    channels: count("channels"),
    slices: count("slices"),
    frames: count("frames"),
    images: count("images"),
    order: ORDERS.test(order) ? order : "czt",
    spacingUm: lengthInUm(spacing * (umPerUnit("zunit") ?? Number.NaN), "um"),
    lacksSpacing: !fields.has("spacing"),
    umPerUnitYx: [umPerUnit("yunit"), umPerUnit("unit")],
  };
}
