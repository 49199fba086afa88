import { MantineProvider } from "@mantine/core";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { LabelMode } from "../../core/import/import-request.ts";
import { otherFormat } from "../../core/import/other-formats.ts";
import type { Problem } from "../../core/problem.ts";
import { AddLabelsForm } from "./add-labels-form.tsx";
import { type ArrivedFile, UNANSWERED } from "./import-draft.ts";
import { OtherChannels } from "./other-channels.tsx";
import { RoomInUse } from "./room-in-use.tsx";
import { UploadRow } from "./upload-row.tsx";

const markup = (node: ReactNode): string => renderToStaticMarkup(<MantineProvider>{node}</MantineProvider>);

const file: ArrivedFile = {
  uploadId: "u",
  fileName: "embryo_labels.tif",
  path: "embryo_labels.tif",
  contents: {
    format: "TIFF",
    notes: [],
    images: [
      {
        path: "stack",
        shapeZyx: [9, 40, 70],
        pixelType: "uint16",
        voxelSizeZyx: null,
        voxelSizeNote: "",
        channels: ["1"],
        times: 1,
        looksLikeLabels: false,
      },
    ],
  },
};

const addLabels = (mode: LabelMode) =>
  markup(
    <AddLabelsForm
      file={file}
      draft={{ labels: { uploadId: "u", image: "stack", ...UNANSWERED }, volumeId: null, mode, complete: false }}
      volumes={[{ id: "v", name: "Embryo", shapeZyx: [9, 40, 70], voxelSizeZyx: [2, 0.5, 0.5] }]}
      look={{ look: null, pending: false, problem: null }}
      onLookAgain={() => {}}
      pending={false}
      problem={null}
      onChange={() => {}}
      onStart={() => {}}
      onDrop={() => {}}
      onIsImage={() => {}}
    />,
  );

it("asks whether added labels hold every nucleus, where they are accepted ones", () => {
  expect(addLabels("accepted")).toContain("Every nucleus of the volume is labelled");
  expect(addLabels("proposals")).not.toContain("Every nucleus of the volume is labelled");
});

it("offers to keep the other channels, names them, and says what is left out", () => {
  const [stack] = file.contents.images;
  const offer = (channels: readonly string[], choice: "all" | "labelled") =>
    markup(<OtherChannels image={{ ...stack, channels }} labelled={1} choice={choice} onChange={() => {}} />);
  expect(offer(["1"], "all")).not.toContain("Keep");
  const all = offer(["DAPI", "GFP", "channel 3"], "all");
  expect(all).toContain("Keep the other 2 channels to look at");
  expect(all).toContain("DAPI, Channel 3: each takes about as much room");
  expect(all).not.toContain("left out");
  expect(offer(["DAPI", "GFP"], "labelled")).toContain("One channel is left out: DAPI.");
  const many = Array.from({ length: 40 }, (_, i) => `channel ${i + 1}`);
  expect(offer(many, "all")).toContain("8 channels are left out");
});

it("says in words how far an upload is, that the server does not answer, and why it failed", () => {
  const row = (stage: Parameters<typeof UploadRow>[0]["stage"]) =>
    markup(<UploadRow fileName="a.tif" sizeBytes={3e9} stage={stage} onCancel={() => {}} onRetry={() => {}} />);
  const sent = row({ kind: "uploading", sentBytes: 1.5e9, connected: true });
  expect(sent).toContain("1.50 GB of 3.00 GB sent");
  expect(sent).not.toContain("trying again");
  expect(row({ kind: "uploading", sentBytes: 1.5e9, connected: false })).toContain(
    "the server does not answer, trying again",
  );
  const failed = row({
    kind: "failed",
    problem: { tag: "t", what: "This is a text file.", hint: "Export it as TIFF." },
  });
  for (const words of ["This is a text file.", "Export it as TIFF.", "Try again", "Remove"])
    expect(failed).toContain(words);
  // The same file sent again would be refused again.
  const refused = otherFormat(new TextEncoder().encode("ZISRAWFILE"), "a.czi");
  const czi = row({ kind: "failed", problem: (refused as Problem).toJSON() });
  expect(czi).toContain("a CZI file of Zeiss");
  expect(czi).not.toContain("Try again");
});

it("room in use: with a bound its share, nearly full in another colour; without one what is used", () => {
  const rooms = (usedBytes: number, quotaBytes: number | null) =>
    markup(<RoomInUse rooms={[["This project", { usedBytes, quotaBytes }]]} />);
  expect(rooms(3.2e9, 10e9)).toContain("This project: 3.20 GB of 10.0 GB in use");
  expect(rooms(3.2e9, 10e9)).toContain('aria-valuenow="32"');
  expect(rooms(12e9, 10e9)).toContain('aria-valuenow="100"');
  expect(rooms(9.5e9, 10e9)).toContain("orange");
  expect(rooms(0, null)).toContain("This project: 0 bytes in use");
  expect(rooms(0, null)).not.toContain("progressbar");
});
