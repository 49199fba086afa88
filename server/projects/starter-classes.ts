/** Classes of a new project: owners rename and recolour them. Colours differ in brightness too (Okabe and Ito). */
export const starterClasses = [
  { numberKey: 1, name: "interphase", color: "#56b4e9" },
  { numberKey: 2, name: "mitotic", color: "#e69f00" },
  { numberKey: 3, name: "apoptotic", color: "#cc79a7" },
] as const;
