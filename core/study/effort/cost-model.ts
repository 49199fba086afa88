import { z } from "zod";

/** What an annotator does about one question. */
export type Act =
  | { readonly kind: "look" | "accept" | "reject" | "merge" }
  | { readonly kind: "split"; readonly parts: number }
  /** `editedVoxels`: those that are another label afterwards. */
  | { readonly kind: "repaint"; readonly slices: number; readonly editedVoxels: number };

const price = z.number().min(0);

/** Of every act, in points or in seconds. Fixed before the first run (science page, 11.3). */
const pricesSchema = z.strictObject({
  /** Of every object or region that is shown, whatever is done about it. */
  look: price,
  accept: price,
  reject: price,
  merge: price,
  splitInTwo: price,
  splitInMore: price,
  repaintSlice: price,
});

export const costModelSchema = z.strictObject({ points: pricesSchema, seconds: pricesSchema });
export type CostModel = z.infer<typeof costModelSchema>;
type Prices = z.infer<typeof pricesSchema>;

/** Effort by all its measures; seconds are simulated by the cost model. */
export interface Effort {
  readonly looks: number;
  /** That were labelled, or said to be none. */
  readonly nuclei: number;
  /** An outline per repainted slice, a cut per part that is split off. */
  readonly strokes: number;
  readonly editedVoxels: number;
  readonly points: number;
  readonly seconds: number;
}

export const NO_EFFORT: Effort = { looks: 0, nuclei: 0, strokes: 0, editedVoxels: 0, points: 0, seconds: 0 };

export const effortMeasures = Object.keys(NO_EFFORT) as readonly (keyof Effort)[];

/** What the acts of one answer cost. `nuclei`: that it touches. */
export function chargeFor(acts: readonly Act[], nuclei: number, { points, seconds }: CostModel): Effort {
  let [looks, strokes, editedVoxels] = [0, 0, 0];
  for (const act of acts) {
    if (act.kind === "look") looks++;
    if (act.kind === "split") strokes += act.parts - 1;
    if (act.kind === "repaint") {
      strokes += act.slices;
      editedVoxels += act.editedVoxels;
    }
  }
  return { looks, nuclei, strokes, editedVoxels, points: sum(acts, points), seconds: sum(acts, seconds) };
}

const sum = (acts: readonly Act[], prices: Prices): number =>
  acts.reduce((total, act) => total + priceOf(act, prices), 0);

function priceOf(act: Act, prices: Prices): number {
  switch (act.kind) {
    case "split":
      return act.parts > 2 ? prices.splitInMore : prices.splitInTwo;
    case "repaint":
      return act.slices * prices.repaintSlice;
    default:
      return prices[act.kind];
  }
}

export const addEfforts = (efforts: readonly Effort[]): Effort =>
  efforts.reduce(
    (total, one) =>
      Object.fromEntries(effortMeasures.map((name) => [name, total[name] + one[name]])) as unknown as Effort,
    NO_EFFORT,
  );
