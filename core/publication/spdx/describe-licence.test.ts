import { describe, expect, it } from "vitest";
import { licences } from "../licences.ts";
import { describeLicence, findLicences, spdxLicenceOf } from "./describe-licence.ts";
import { spdxLicences } from "./spdx-list.ts";

describe("the SPDX list", () => {
  it("is whole: every id once, by SPDX's own rule for ids, each with a name", () => {
    expect(spdxLicences.length).toBeGreaterThan(700);
    expect(new Set(spdxLicences.map(({ id }) => id.toLowerCase())).size).toBe(spdxLicences.length);
    for (const { id, name } of spdxLicences) {
      expect(id).toMatch(/^[A-Za-z0-9.+-]+$/);
      expect(name.trim()).toBe(name);
      expect(name).not.toBe("");
    }
  });

  it("has all the usual ones, and says which were written for data", () => {
    for (const { id } of licences) expect(spdxLicenceOf(id)?.id).toBe(id);
    const forData = (id: string) => spdxLicenceOf(id)?.forData;
    expect(
      ["CC-BY-2.0", "CC0-1.0", "ODbL-1.0", "CDLA-Permissive-2.0", "OGL-UK-3.0", "etalab-2.0"].map(forData),
    ).not.toContain(false);
    expect(["MIT", "GPL-3.0-only", "Apache-2.0", "BSD-3-Clause", "Zlib"].map(forData)).not.toContain(true);
  });
});

describe("a licence in words", () => {
  it("has the plain words of the usual ones, and name and address of any other", () => {
    expect(describeLicence("cc by 4.0")).toMatchObject({
      id: "CC-BY-4.0",
      words: expect.stringContaining("names the authors"),
    });
    expect(describeLicence("cdla-permissive-2.0")).toMatchObject({
      name: "Community Data License Agreement Permissive 2.0",
      url: "https://spdx.org/licenses/CDLA-Permissive-2.0.html",
    });
    expect(describeLicence("GPL-3.0-only")?.words).toContain("written for programs");
    expect(describeLicence("ask us")).toBeNull();
  });

  it("is found by what people type, those for data first", () => {
    const [first] = findLicences("community data permissive", 5);
    expect(first.id).toMatch(/^CDLA-Permissive/);
    const found = findLicences("public domain", 50).map(({ forData }) => forData);
    expect(found).toEqual([...found].sort((a, b) => Number(b) - Number(a)));
    expect(findLicences("a", 7)).toHaveLength(7);
  });
});
