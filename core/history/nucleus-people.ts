import type { Contribution, ContributionKind } from "./contributions.ts";

/** Accounts by what they did to a nucleus, the first one first. */
export interface NucleusPeople {
  readonly drew: readonly string[];
  readonly corrected: readonly string[];
  readonly accepted: readonly string[];
  /** Who gave the class that it has. */
  readonly classified: readonly string[];
  /** Who drew, corrected or accepted it last: whose nucleus it is. Giving a class is none of it. */
  readonly annotator: string | null;
}

export interface NucleusFacts {
  /** Of all labels that are merged into it. */
  readonly contributions: readonly Contribution[];
  /** Whether a person began it: neither a model nor a file did. */
  readonly isDrawn: boolean;
  readonly hasClass: boolean;
  /** Known to have changed it, by acts that may name other labels: erasing, painting over it. */
  readonly authors: readonly string[];
  /** Who touched it last; what is told of nuclei whose acts were forgotten before anybody wrote this down. */
  readonly lastTouchedBy: string | null;
}

export function peopleOfNucleus(nucleus: NucleusFacts): NucleusPeople {
  const { contributions, isDrawn, hasClass, authors, lastTouchedBy } = nucleus;
  if (contributions.length === 0) return untold(nucleus);
  const of = (...kinds: ContributionKind[]) =>
    contributions.filter(({ kind }) => kinds.includes(kind)).sort((a, b) => a.first - b.first || a.last - b.last);
  const painters = people(of("painted"));
  const known = new Set(contributions.map(({ userId }) => userId));
  const unexplained = authors.filter((userId) => !known.has(userId));
  // Drawn, and by nobody who is remembered: by those of whom nothing else is known.
  const drew = isDrawn ? (painters.length > 0 ? painters.slice(0, 1) : unexplained) : [];
  const corrected = [...new Set([...people(of("painted", "corrected", "merged")), ...unexplained])].filter(
    (userId) => !drew.includes(userId),
  );
  const accepted = people(of("accepted"));
  const lastClass = latest(of("classified", "declassified"));
  const last = latest(of("painted", "corrected", "merged", "accepted"));
  return {
    drew,
    corrected,
    accepted,
    classified: hasClass && lastClass?.kind === "classified" ? [lastClass.userId] : [],
    annotator: last?.userId ?? corrected[0] ?? drew[0] ?? (known.has(lastTouchedBy ?? "") ? null : lastTouchedBy),
  };
}

const people = (found: readonly Contribution[]): string[] => [...new Set(found.map(({ userId }) => userId))];

const latest = (found: readonly Contribution[]): Contribution | null =>
  found.reduce<Contribution | null>((best, one) => (best && best.last > one.last ? best : one), null);

function untold({ isDrawn, lastTouchedBy, authors }: NucleusFacts): NucleusPeople {
  const by = lastTouchedBy === null ? [] : [lastTouchedBy];
  const others = authors.filter((userId) => userId !== lastTouchedBy);
  return {
    drew: isDrawn ? by : [],
    corrected: isDrawn ? others : [],
    accepted: isDrawn ? [] : by,
    classified: [],
    annotator: lastTouchedBy,
  };
}
