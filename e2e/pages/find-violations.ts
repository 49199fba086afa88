import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

type ColorScheme = "light" | "dark";

/**
 * What axe-core finds against WCAG 2.2 A and AA in the page as it is, in each of the colour schemes that it has: a line each,
 * with the element. Empty where nothing is wrong.
 */
export async function findViolations(
  page: Page,
  schemes: readonly ColorScheme[] = ["light", "dark"],
): Promise<string[]> {
  const found = new Set<string>();
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // No page has frames: nothing needs a page of its own.
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode()
      .options({ resultTypes: ["violations"] })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
      .analyze();
    for (const { id, help, nodes } of violations)
      for (const { target, failureSummary } of nodes)
        found.add(
          `${new URL(page.url()).pathname} (${colorScheme}): ${id}, ${help}: ${target.join(" ")}: ${failureSummary?.replace(/\s+/g, " ")}`,
        );
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  return [...found];
}
