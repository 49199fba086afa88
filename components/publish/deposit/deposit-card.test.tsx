import { MantineProvider } from "@mantine/core";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { depositStates } from "../../../core/publication/deposit.ts";
import { DepositCard } from "./deposit-card.tsx";
import type { DepositView } from "./deposit-view.ts";
import { DraftForm } from "./draft-form.tsx";
import { TokenForm } from "./token-form.tsx";

const deposit: DepositView = {
  id: "d",
  versionId: "v",
  version: 3,
  place: "zenodo",
  state: "draft",
  progress: 1,
  bytes: 2_500_000_000,
  problem: null,
  newVersionOf: null,
  recordId: "17",
  doi: "10.5281/zenodo.17",
  page: "https://zenodo.org/deposit/17",
  publishedAt: null,
  by: "Ada",
  isOwn: true,
};
const shown = (element: React.ReactNode): string =>
  renderToStaticMarkup(<MantineProvider>{element}</MantineProvider>).replace(/<style.*?<\/style>/gs, "");
const card = (change: Partial<DepositView>, mayAct = true): string =>
  shown(<DepositCard deposit={{ ...deposit, ...change }} mayAct={mayAct} pending={false} onAct={() => {}} />);
const acts = (html: string): string[] =>
  ["Publish…", "Go on", "Cancel", "Discard the draft", "Take off this list"].filter((label) => html.includes(label));

it("offers what can be done in each state, to who may", () => {
  expect(Object.fromEntries(depositStates.map((state) => [state, acts(card({ state }))]))).toEqual({
    uploading: ["Cancel"],
    stopped: ["Go on", "Discard the draft", "Take off this list"],
    draft: ["Publish…", "Discard the draft", "Take off this list"],
    publishing: [],
    published: [],
    discarding: [],
  });
  expect(acts(card({ isOwn: false }))).toEqual(["Take off this list"]);
  expect(acts(card({}, false))).toEqual([]);
});

it("says how far it is, and what went wrong", () => {
  expect(card({ state: "uploading", progress: 0.42, doi: null })).toMatch(/42 % of 2\.5 GB/);
  expect(card({ state: "uploading", bytes: null, progress: 0 })).toContain("laid out");
  const problem = { tag: "zenodo-busy", what: "Zenodo asks to wait.", hint: "Go on later." };
  expect(card({ state: "stopped", problem })).toMatch(/Zenodo asks to wait\..*Go on later\./s);
});

it("a DOI is a link once it leads somewhere; another's draft is none", () => {
  expect(card({})).not.toContain("doi.org");
  expect(card({})).toContain('href="https://zenodo.org/deposit/17"');
  expect(card({ state: "published" })).toContain('href="https://doi.org/10.5281/zenodo.17"');
  expect(card({ state: "published", place: "sandbox" })).not.toContain("doi.org");
  expect(card({ isOwn: false })).not.toContain("zenodo.org/deposit");
});

it("a draft waits for what is missing and for a token", () => {
  const form = (missing: readonly ("title" | "licence")[], hasToken: boolean): string =>
    shown(
      <DraftForm
        version={3}
        place="sandbox"
        missing={missing}
        hasToken={hasToken}
        lastRecord="17"
        pending={false}
        problem={null}
        onPlace={() => {}}
        onMake={() => {}}
      >
        <TokenForm
          place="sandbox"
          keptSince={null}
          pending={false}
          problem={null}
          onKeep={() => {}}
          onRemove={() => {}}
        />
      </DraftForm>,
    );
  const isOff = (html: string): boolean => /<button[^>]*disabled=""[^>]*>(?:(?!<\/button>).)*Make a draft/s.test(html);
  expect(isOff(form([], true))).toBe(false);
  expect(isOff(form([], false))).toBe(true);
  const html = form(["title", "licence"], true);
  expect(isOff(html)).toBe(true);
  expect(html).toContain("title, a licence that is known by its SPDX name");
  expect(html).toContain('type="password"');
  expect(html).toContain('value="17"');
});
