/** Lower case letters, digits and single dashes, so that it is a file name everywhere; `otherwise` where nothing is left. */
export const slugOf = (name: string, otherwise: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 60)
    .replace(/^-+|-+$/g, "") || otherwise;
