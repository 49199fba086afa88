import { and, asc, inArray, isNotNull } from "drizzle-orm";
import type { PairAgreement } from "../../../core/agreement/compare-annotators.ts";
import type { Database } from "../../../db/client.ts";
import { study } from "../../../db/schema/index.ts";
import type { FrozenAgreement } from "../frozen/agreement-schema.ts";

/** Of compared studies of these volumes, the oldest first. */
export async function readAgreements(db: Database, volumeIds: readonly string[]): Promise<FrozenAgreement[]> {
  if (volumeIds.length === 0) return [];
  const rows = await db
    .select()
    .from(study)
    .where(
      and(
        inArray(study.volumeId, [...volumeIds]),
        inArray(study.state, ["compared", "adjudicated"]),
        isNotNull(study.result),
      ),
    )
    .orderBy(asc(study.createdAt), asc(study.id));
  return rows.flatMap(({ volumeId, result, beginsWith, consensus, state }) => {
    if (!result) return [];
    const { box, annotators, pairs, kappa, alpha, model, clusters } = result;
    return [
      {
        volumeId,
        box: { minZyx: [...box.minZyx], maxZyx: [...box.maxZyx] },
        annotators,
        beginsWith,
        pairs: pairs.map(withoutNumbers),
        kappa,
        alpha,
        model: model?.map(withoutNumbers) ?? null,
        nuclei: clusters.map(({ centroidZyx, votes }) => ({ centroidZyx: [...centroidZyx], agreed: votes })),
        consensus,
        adjudicated: state === "adjudicated",
      },
    ];
  });
}

const withoutNumbers = (pair: PairAgreement): FrozenAgreement["pairs"][number] => ({
  matched: pair.matched,
  onlyFirst: pair.onlyFirst,
  onlySecond: pair.onlySecond,
  f1: pair.f1,
  meanIou: pair.meanIou,
  meanDice: pair.meanDice,
  surfaceUm: pair.surfaceUm,
  hausdorff95Um: pair.hausdorff95Um,
});
