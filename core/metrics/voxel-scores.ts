/** 2 #(F ∩ Q) / (#F + #Q) of the two foregrounds; null when both are empty. */
export function foregroundDice(truth: Uint32Array, found: Uint32Array): number | null {
  let both = 0;
  let sum = 0;
  for (let i = 0; i < truth.length; i++) {
    const t = truth[i] === 0 ? 0 : 1;
    const f = found[i] === 0 ? 0 : 1;
    both += t & f;
    sum += t + f;
  }
  return sum === 0 ? null : (2 * both) / sum;
}

/** Variation of information in bits over voxels with true foreground: H(P|G) rises with splits, H(G|P) with merges. */
export function variationOfInformation(
  truth: Uint32Array,
  found: Uint32Array,
): { foundGivenTruth: number; truthGivenFound: number } | null {
  const truths = new Map<number, number>();
  const founds = new Map<number, number>();
  const joint = new Map<string, number>();
  let total = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] === 0) continue;
    total++;
    const pair = `${truth[i]},${found[i]}`;
    truths.set(truth[i], (truths.get(truth[i]) ?? 0) + 1);
    founds.set(found[i], (founds.get(found[i]) ?? 0) + 1);
    joint.set(pair, (joint.get(pair) ?? 0) + 1);
  }
  if (total === 0) return null;
  let foundGivenTruth = 0;
  let truthGivenFound = 0;
  for (const [pair, count] of joint) {
    const [t, f] = pair.split(",").map(Number);
    foundGivenTruth -= (count / total) * Math.log2(count / truths.get(t)!);
    truthGivenFound -= (count / total) * Math.log2(count / founds.get(f)!);
  }
  return { foundGivenTruth, truthGivenFound };
}
