import { questionKindAfter } from "../../query/question-kind.ts";
import { type PoolItem, rankPool } from "../../query/rank-pool.ts";
import { type RandomStream, shuffled } from "../random-stream.ts";
import { askAbout, type PoolObject, type Question, type SeenByArm } from "./question.ts";

interface RankedObject {
  readonly object: PoolObject;
  /** Null where there is nothing to rank by. */
  readonly uncertainty: number | null;
  readonly isQueued: boolean;
}

/** By the product's own ranking. */
function rank(objects: readonly PoolObject[]): RankedObject[] {
  const ranked = rankPool(
    objects.map(({ instance }) => poolItemOf(instance)),
    [],
  );
  return objects.map((object, i) => ({ object, uncertainty: ranked[i].uncertainty, isQueued: ranked[i].queued }));
}

const poolItemOf = ({ kind, scores, meanEntropy, evidence, shape, facts }: PoolObject["instance"]): PoolItem => ({
  kind,
  scores: scores && [scores.u1, scores.u2, scores.u3, scores.u4],
  meanEntropy,
  evidence: evidence ?? null,
  shape,
  facts,
});

/** The doubt of each object, as the product's; null for candidates. */
export const doubtsOf = (objects: readonly PoolObject[]): (number | null)[] =>
  rankPool(
    objects.map(({ instance }) => poolItemOf(instance)),
    [],
  ).map(({ doubt }) => doubt);

/** As the server picks: larger uncertainty, then larger objects, then ids. */
const moreDoubtful = (a: RankedObject, b: RankedObject): number =>
  (b.uncertainty ?? -1) - (a.uncertainty ?? -1) ||
  b.object.instance.voxels - a.object.instance.voxels ||
  a.object.volume - b.object.volume ||
  a.object.instance.id - b.object.instance.id;

/** Nuclei that the model doubts most, nothing drawn. */
export const mostDoubtful = ({ objects }: SeenByArm): Question[] =>
  rank(objects)
    .filter(({ object }) => object.instance.kind === "nucleus")
    .sort(moreDoubtful)
    .map(({ object }) => askAbout(object));

/** The queue as it is shipped: doubtful nuclei, candidates and an audit drawn at random take turns (`questionKindAfter`). */
export const shippedQueue = (seen: SeenByArm): Iterable<Question> => takeTurns(rank(seen.objects), seen);

/** The same queue, where every nucleus has the uncertainty of another one. It must do no better than chance. */
export function shuffledDoubt(seen: SeenByArm): Iterable<Question> {
  const ranked = rank(seen.objects);
  const mixed = new Map<RankedObject, RankedObject>();
  for (const kind of ["nucleus", "candidate"]) {
    const some = ranked.filter(({ object }) => object.instance.kind === kind);
    const others = shuffled(some, seen.random);
    some.forEach((one, i) => {
      mixed.set(one, others[i]);
    });
  }
  const swapped = ranked.map((one) => {
    const { uncertainty, isQueued } = mixed.get(one) ?? one;
    return { object: one.object, uncertainty, isQueued };
  });
  return takeTurns(swapped, seen);
}

function* takeTurns(ranked: readonly RankedObject[], { askedBefore, random }: SeenByArm): Iterable<Question> {
  const left = new Set(ranked.filter(({ isQueued }) => isQueued).sort(moreDoubtful));
  const first = (kind: string) => [...left].find(({ object }) => object.instance.kind === kind);
  const drawn = () => {
    const nuclei = [...left].filter(({ object }) => object.instance.kind === "nucleus");
    return nuclei.length === 0 ? undefined : nuclei[random.below(nuclei.length)];
  };
  for (let asked = askedBefore; left.size > 0; asked++) {
    const wanted = questionKindAfter(asked);
    const own = wanted === "audit" ? drawn() : first(wanted === "candidate" ? "candidate" : "nucleus");
    const next = own ?? first("nucleus") ?? first("candidate");
    if (!next) return;
    left.delete(next);
    yield askAbout(next.object);
  }
}

/** β of the first round; it doubles with each one. */
const FIRST_BETA = 1;

/** ln s + G / β, G of a standard Gumbel distribution (science page, 7.3): nearly at random at first, by doubt later. */
export function powerNoise({ objects, random, round }: SeenByArm): Question[] {
  const beta = FIRST_BETA * 2 ** round;
  return rank(objects)
    .map((one) => ({ ...one, uncertainty: Math.log(Math.max(1e-9, one.uncertainty ?? 0)) + gumbel(random) / beta }))
    .sort((a, b) => b.uncertainty - a.uncertainty)
    .map(({ object }) => askAbout(object));
}

const gumbel = (random: RandomStream): number => -Math.log(-Math.log(Math.max(Number.MIN_VALUE, random.uniform())));
