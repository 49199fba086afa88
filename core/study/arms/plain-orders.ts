import { shuffled } from "../random-stream.ts";
import { askAbout, type PoolObject, type Question, type SeenByArm, type SeenTruth } from "./question.ts";

/** Every proposal and candidate as likely as the next. */
export const atRandom = ({ objects, random }: SeenByArm): Question[] => shuffled(objects, random).map(askAbout);

const TERCILES = 3;

/** Volumes and terciles of size take turns, at random within each. */
export function stratified({ objects, random }: SeenByArm): Question[] {
  const sizes = objects.map(({ instance }) => instance.voxels).sort((a, b) => a - b);
  const tercileOf = ({ instance }: PoolObject) =>
    Math.floor((TERCILES * sizes.findIndex((voxels) => voxels >= instance.voxels)) / sizes.length);
  const strata = new Map<string, PoolObject[]>();
  for (const object of shuffled(objects, random)) {
    const name = `${object.volume} ${tercileOf(object)}`;
    strata.set(name, [...(strata.get(name) ?? []), object]);
  }
  const turns = shuffled([...strata.keys()].sort(), random).map((name) => strata.get(name) ?? []);
  const longest = Math.max(0, ...turns.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => turns.flatMap((of) => of.slice(turn, turn + 1)))
    .flat()
    .map(askAbout);
}

/** Volume by volume and slice by slice, as a person goes through. */
export const sliceBySlice = ({ objects }: SeenByArm): Question[] => {
  const placeOf = ({ volume, instance }: PoolObject) => [volume, ...instance.centroidZyx];
  return objects
    .toSorted((a, b) => {
      const [first, second] = [placeOf(a), placeOf(b)];
      const axis = first.findIndex((value, i) => value !== second[i]);
      return axis < 0 ? 0 : first[axis] - second[axis];
    })
    .map(askAbout);
};

export const smallestFirst = ({ objects }: SeenByArm): Question[] =>
  objects
    .toSorted((a, b) => a.instance.voxels - b.instance.voxels || a.volume - b.volume || a.instance.id - b.instance.id)
    .map(askAbout);

/** As far apart as possible in what is measured of them: the next one is farthest from all before (greedy k-centre). */
export function coreSet({ objects }: SeenByArm): Question[] {
  const features = standardised(objects.map(featuresOf));
  const nearest = features.map((row) => -Math.hypot(...row));
  const left = new Set(objects.keys());
  const order: Question[] = [];
  // The one in the middle first.
  for (let isFirst = true; left.size > 0; isFirst = false) {
    let next = -1;
    for (const i of left) if (next < 0 || nearest[i] > nearest[next]) next = i;
    left.delete(next);
    order.push(askAbout(objects[next]));
    for (const i of left) {
      const away = Math.hypot(...features[i].map((value, column) => value - features[next][column]));
      nearest[i] = isFirst ? away : Math.min(nearest[i], away);
    }
  }
  return order;
}

const featuresOf = ({ instance: { voxels, meanEntropy, scores, shape } }: PoolObject): number[] => [
  Math.log(voxels),
  meanEntropy,
  scores?.u1 ?? 0,
  scores?.u2 ?? 0,
  scores?.u4 ?? 0,
  shape?.elongation ?? 1,
  shape?.flatness ?? 1,
  shape?.sphericity ?? 0.5,
];

function standardised(rows: readonly number[][]): number[][] {
  const columns = (rows[0] ?? []).map((_, column) => {
    const values = rows.map((row) => row[column]);
    const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length);
    return { middle, spread: spread || 1 };
  });
  return rows.map((row) => row.map((value, column) => (value - columns[column].middle) / columns[column].spread));
}

/** The most wrong first: what no method can know. */
export const mostWrong = ({ objects }: SeenByArm, { errors }: SeenTruth): Question[] =>
  [...objects.keys()].sort((a, b) => errors[b] - errors[a] || a - b).map((i) => askAbout(objects[i]));
