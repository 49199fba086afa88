import type { Browser, BrowserContext, Page } from "@playwright/test";
import { fillAccount, makeFirstAccount } from "../../e2e/server/first-person.ts";
import { type ProductOptions, type RunningProduct, startProduct } from "../../e2e/server/running-server.ts";
import { createTestClient } from "../../server/testing/trpc-client.ts";
import { openWindow } from "./bench-browser.ts";

type Api = ReturnType<typeof createTestClient>;

/** The product as people run it, with its owner signed in and an empty project. */
export interface BenchProduct {
  readonly product: RunningProduct;
  readonly owner: BrowserContext;
  readonly page: Page;
  /** As the owner. */
  readonly api: Api;
  readonly projectId: string;
}

export async function openProduct(browser: Browser, options: ProductOptions = {}): Promise<BenchProduct> {
  const product = await startProduct(options);
  try {
    const owner = await openWindow(browser);
    const page = await owner.newPage();
    await makeFirstAccount(page, product);
    const cookies = await owner.cookies(product.address);
    const api = createTestClient(product.address, cookies.map(({ name, value }) => `${name}=${value}`).join("; "));
    const { projectId } = await api.project.create.mutate({ name: "Benchmark" });
    return { product, owner, page, api, projectId };
  } catch (error) {
    await product.stop();
    throw error;
  }
}

/** A colleague with a browser of their own. */
export async function joinAsAnnotator({ api, projectId }: BenchProduct, context: BrowserContext): Promise<Page> {
  const { url } = await api.invitation.create.mutate({ projectId, role: "annotator", days: 1 });
  const page = await context.newPage();
  await page.goto(url);
  await fillAccount(page, "Grace Hopper");
  await page.getByRole("button", { name: "Make an account and join" }).click();
  await page.waitForURL("**/projects/*");
  return page;
}

export async function untilReady({ api }: BenchProduct, volumeId: string): Promise<void> {
  await poll("the import", 120_000, async () => {
    const { state, problem } = await api.volume.byId.query({ volumeId });
    if (state === "failed") throw new Error(problem?.what ?? "the import failed");
    return state === "ready";
  });
}

/** Asks until it is so. */
export async function poll(what: string, boundMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + boundMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${boundMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
