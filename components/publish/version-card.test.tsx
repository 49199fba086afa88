import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { DatasetVersion } from "./dataset-version.ts";
import { DownloadChoice } from "./download-choice.tsx";
import { VersionCard } from "./version-card.tsx";

const version: DatasetVersion = {
  id: "v",
  version: 3,
  state: "ready",
  progress: 1,
  problem: null,
  by: "Ada",
  createdAt: new Date("2026-11-01T10:00:00Z"),
  approvedOnly: false,
  checkpointId: null,
  contents: {
    refused: [],
    licence: "CC-BY-4.0",
    annotators: [{ name: "annotator 1", nuclei: 2 }],
    volumes: [
      {
        name: "Embryo 1",
        specimen: "e1",
        split: "test",
        nuclei: 2,
        unfinishedNuclei: 1,
        knownShare: 0.123,
        image: "there",
      },
    ],
  },
};

const shown = (element: React.ReactNode): string =>
  renderToStaticMarkup(<MantineProvider>{element}</MantineProvider>).replace(/<style.*?<\/style>/gs, "");
const card = (one: DatasetVersion) => shown(<VersionCard version={one} mayRemove onRemove={() => {}} />);
const choice = (one: DatasetVersion) =>
  shown(<DownloadChoice version={one} packageHref="/bioimageio" zipHref={(f) => `/zip?${f.join()}`} />);

it("says what a version holds, under which licence and by whom", () => {
  const html = card(version);
  for (const words of ["Version 3", "ready", "2 nuclei", "1 volume", "CC-BY-4.0", "annotator 1 (2)", "12.3 %", "test"])
    expect(html).toContain(words);
});

it("shows progress in words and offers to cancel while it freezes", () => {
  const html = card({ ...version, state: "freezing", progress: 0.42, contents: null });
  for (const words of ["freezing", "42 %", "Cancel", "You may leave this page"]) expect(html).toContain(words);
});

it("says what went wrong and what to do", () => {
  const problem = { tag: "nothing-labelled", what: "There is no finished nucleus.", hint: "Label one." };
  const html = card({ ...version, state: "failed", contents: null, problem });
  for (const words of ["failed", "There is no finished nucleus.", "Label one."]) expect(html).toContain(words);
});

it("offers the zip, and says why a format is not to be had", () => {
  expect(choice(version)).toContain("/zip?ome-zarr");
  expect(choice(version)).toContain("No model was trained");
  expect(choice(version)).not.toContain("/bioimageio");
  expect(choice({ ...version, checkpointId: "c" })).toContain('href="/bioimageio"');
  const [volume] = version.contents?.volumes ?? [];
  const changed = (change: Partial<typeof volume>): DatasetVersion => ({
    ...version,
    contents: version.contents && { ...version.contents, volumes: [{ ...volume, ...change }] },
  });
  const why = "No part of a volume is labelled completely.";
  const refusing = {
    ...version,
    contents: version.contents && { ...version.contents, refused: [{ format: "cellpose", why }] },
  };
  expect(choice(refusing)).toContain(why);
  expect(choice(version)).not.toContain(why);
  expect(choice(changed({ image: "kept" }))).toContain("/zip?ome-zarr");
  expect(card(changed({ image: "kept" }))).toContain("kept in this version");
  expect(choice(changed({ image: "gone" }))).toContain("can no longer be fetched");
  expect(choice(changed({ image: "gone" }))).not.toContain("/zip");
});
