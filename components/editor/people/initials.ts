/** First letters of the first and the last name. */
export const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .map((part) => part[0].toUpperCase())
    .filter((_, i, all) => i === 0 || i === all.length - 1)
    .join("");
