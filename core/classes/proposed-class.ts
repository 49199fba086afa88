/** The likeliest class of a nucleus, as it is proposed with it. */
export interface ProposedClass {
  readonly name: string;
  /** As if all classes were equally frequent, 0…1. */
  readonly probability: number;
}

/** From two columns of a table; null without both. */
export const proposedClassOf = (name: string | null, probability: number | null): ProposedClass | null =>
  name === null || probability === null ? null : { name, probability };
