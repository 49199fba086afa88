import { exactInterval } from "../../core/metrics/exact-interval.ts";
import type { VigilanceRate } from "./dashboard-contract.ts";

/** What planted proposals say so far, in sentences. */
export function vigilanceWords({ plantEvery, accepted, corrected, rejected }: VigilanceRate): string {
  const asked = accepted + corrected + rejected;
  const taken = accepted + corrected;
  const off = plantEvery === 0 ? " None is planted now." : "";
  if (asked === 0)
    return plantEvery === 0
      ? "Nothing is planted in this project. Owners may switch it on under Settings."
      : `About one question in ${plantEvery} is planted, and nobody has answered one yet.`;
  const { low, high } = exactInterval(taken, asked);
  return `${taken} of ${asked} planted ${asked === 1 ? "proposal" : "proposals"} ${taken === 1 ? "was" : "were"} taken for a nucleus: with 95 % confidence ${Math.floor(low * 100)}–${Math.ceil(high * 100)} % of such wrong ones would be.${off}`;
}
