import { textHash } from "../text/text-hash.ts";

/**
 * What a page is told of a planted proposal, so that it can tell one when its person accepts it, also without a connection: a number
 * that says nothing to who looks at it, and that no other label has but by a chance of one in 2⁵³. No secret to who reads the code.
 */
export const plantSeal = (volumeId: string, label: number): number =>
  textHash(`planted ${volumeId} ${label}`) * 2 ** 21 + (textHash(`${label} in ${volumeId}`) >>> 11);
