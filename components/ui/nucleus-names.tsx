import { createContext, type ReactNode, useContext } from "react";
import type { LabelValue } from "../../core/edit/label-document.ts";

/** "nucleus 12", or what else tells people which one is meant. */
export type NameNucleus = (label: LabelValue) => string;

const names = createContext<NameNucleus>((label) => `nucleus of label ${label}`);

/** What nuclei are called, for everything inside. */
export function NucleusNames({ nameOf, children }: { nameOf: NameNucleus; children: ReactNode }) {
  return <names.Provider value={nameOf}>{children}</names.Provider>;
}

export const useNucleusName = (): NameNucleus => useContext(names);

/** At the beginning of a sentence. */
export const atStart = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
