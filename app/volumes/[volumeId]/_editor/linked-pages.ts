import type { LinkedPage } from "../../../../components/editor/editor-contract.ts";

const pages: readonly (readonly [title: string, path: string])[] = [
  ["Overview of the project, and training", ""],
  ["Import volumes", "/import"],
  ["Guidelines", "/guidelines"],
  ["People", "/people"],
  ["Publish: data sets and models", "/publish"],
  ["Settings of the project", "/settings"],
];

/** Where the palette of a volume can lead: the project's other volumes, and the pages. */
export const linkedPages = (
  projectId: string,
  volumeId: string,
  volumes: readonly { readonly id: string; readonly name: string }[],
): readonly LinkedPage[] => [
  ...volumes
    .filter(({ id }) => id !== volumeId)
    .map(({ id, name }): LinkedPage => ({ title: name, href: `/volumes/${id}`, kind: "volume" })),
  ...pages.map(([title, path]): LinkedPage => ({ title, href: `/projects/${projectId}${path}`, kind: "page" })),
  { title: "All projects", href: "/projects", kind: "page" },
  { title: "Your account", href: "/account", kind: "page" },
];
