import { expect, it } from "vitest";
import { everyNucleus, filterOfSearch, nucleiHref } from "./nuclei-link.ts";

const searchOf = (href: string) => new URL(href, "https://lab.example").search;

it("what an address of the dashboard asks for is what the list shows first", () => {
  for (const filter of [
    everyNucleus,
    { text: "late anaphase & 100 %", statuses: ["accepted", "corrected"], reviews: ["sent-back"] },
    { text: "", statuses: ["unfinished"], reviews: ["waiting", "approved"] },
  ] as const)
    expect(filterOfSearch(searchOf(nucleiHref("9", filter)))).toEqual(filter);
});

it("leaves out what nobody knows, and cuts what is long", () => {
  expect(filterOfSearch("?status=accepted&status=constructor&status=accepted&review=<b>&text=")).toEqual({
    ...everyNucleus,
    statuses: ["accepted"],
  });
  expect(filterOfSearch(`?text=${"x".repeat(5000)}`).text).toHaveLength(200);
});
