/** Owners choose among these, or 0: nothing is planted. More often than one in five, people would look for nothing else. */
export const PLANT_EVERY = { least: 5, most: 200, usual: 25 } as const;

/** More in one volume nobody needs: intervals shrink with answers, which come question by question. */
const MOST_IN_A_VOLUME = 30;

/** How many to plant among so many proposals. */
export const plantsAmong = (nuclei: number, plantEvery: number): number =>
  plantEvery === 0 ? 0 : Math.min(MOST_IN_A_VOLUME, Math.ceil(nuclei / plantEvery));

/** Of ten questions seven ask about the most doubtful nucleus (core/query/question-kind.ts): only there one may be planted. */
const DOUBTFUL_SHARE = 0.7;

/** Whether a question about a doubtful nucleus is to be a planted one, so that about one in `plantEvery` of all is. `drawn`: 0 ≤ x < 1. */
export const isPlantDue = (plantEvery: number, drawn: number): boolean =>
  plantEvery > 0 && drawn < 1 / (DOUBTFUL_SHARE * plantEvery);
