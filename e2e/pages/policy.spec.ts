import { expect, type Page, test } from "@playwright/test";
import { change } from "../server/call-procedure.ts";
import { makeFirstAccount, signInAs } from "../server/first-person.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";
import { EditorPage } from "./editor-page.ts";
import { findViolations } from "./find-violations.ts";

/** Every kind of page under the policy that it is sent with: nothing it needs is refused, nothing fails in silence, all of it can be read. */

let product: RunningProduct;
test.beforeAll(async () => {
  product = await startProduct();
});
test.afterAll(() => product?.stop());

/** Answers that a page asks for knowing that they may refuse, such as chunks without a label. */
const EXPECTED = /^Failed to load resource/;

async function listen(page: Page): Promise<string[]> {
  const heard: string[] = [];
  const note = (kind: string, text: string) => heard.push(`${kind} at ${page.url()}: ${text}`);
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) note("console", message.text());
  });
  page.on("pageerror", (error) => note("error", error.message));
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`refused: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  );
  return heard;
}

test("no page breaks its policy or errs, and all can be read", async ({ page }) => {
  test.setTimeout(240_000);
  const heard = await listen(page);
  const { address } = product;
  await makeFirstAccount(page, product);
  const { projectId } = await change<{ projectId: string }>(page, address, "project.create", { name: "Embryos" });
  const { volumeId } = await change<{ volumeId: string }>(page, address, "volume.createSample", { projectId });

  await test.step("projects, their parts, account, installation", async () => {
    for (const [path, heading] of [
      ["/projects", "Projects"],
      [`/projects/${projectId}`, "Embryos"],
      [`/projects/${projectId}/dashboard`, "Embryos"],
      [`/projects/${projectId}/guidelines`, "Embryos"],
      [`/projects/${projectId}/tasks`, "Embryos"],
      [`/projects/${projectId}/people`, "Embryos"],
      [`/projects/${projectId}/publish`, "Embryos"],
      [`/projects/${projectId}/settings`, "Embryos"],
      [`/projects/${projectId}/import`, "Import"],
      ["/work", "My work"],
      ["/account", "Your account"],
      ["/installation", "Installation"],
      ["/api-reference", "API"],
      ["/no/such/page", "There is no such page"],
    ]) {
      await page.goto(address + path);
      await expect(page.getByRole("heading", { name: new RegExp(heading) }).first()).toBeVisible();
      heard.push(...(await findViolations(page)));
    }
  });

  await test.step("the editor paints, in its workers too", async () => {
    const editor = new EditorPage(page);
    await editor.open(`${address}/volumes/${volumeId}`);
    await editor.paintNucleus("xy", [
      [-60, -60],
      [-20, -60],
      [-20, -30],
    ]);
    await editor.saved();
    await expect.poll(() => editor.areColoured([[-40, -60]])).toEqual([true]);
    await editor.drag("3d", [
      [0, 0],
      [40, 20],
    ]);
    await expect(page.getByRole("option")).toHaveCount(1);
    await page.getByRole("option").click();
    for (const tab of ["Nuclei", "Queue", "Comments", "Boxes", "History", "View"] as const) {
      await editor.tab(tab);
      heard.push(...(await findViolations(page, ["dark"])));
    }
  });

  await test.step("the page for when the server is away runs its script", async () => {
    // It leaves as soon as it hears that the server is there.
    await page.route("**/healthz", (route) => route.abort());
    await page.goto(`${address}/offline.html`);
    await page.waitForURL((url) => url.pathname === "/offline.html");
    await expect(page.getByRole("status")).toHaveText(/saved/);
    heard.push(...(await findViolations(page)));
    await page.goto("about:blank");
    await page.unroute("**/healthz");
  });

  await test.step("pages of strangers", async () => {
    await page.context().clearCookies();
    await page.goto(`${address}/join#${"x".repeat(43)}`);
    await expect(page.getByText("This link does not work any more.")).toBeVisible();
    await page.goto(`${address}/reset#${"x".repeat(43)}`);
    await expect(page.getByText("This link does not work any more.")).toBeVisible();
    await page.goto(`${address}/sign-in`);
    await page.getByLabel("Email").fill("ada.lovelace@example.org");
    await page.getByRole("textbox", { name: "Password" }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("Email or password is wrong.")).toBeVisible();
    heard.push(...(await findViolations(page)));
  });
  expect(heard).toEqual([]);
});

test("what is slipped into a page does not run, and a nonce is good for one answer", async ({ page }) => {
  const { address } = product;
  const heard = await listen(page);
  await signInAs(page, address, "Ada Lovelace");
  const ran = await page.evaluate(async () => {
    const script = document.createElement("div");
    script.innerHTML = `<img src="x:" onerror="window.slipped = true">`;
    document.body.append(script);
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return "slipped" in window;
  });
  expect(ran).toBe(false);
  expect(heard.join()).toContain("refused: script-src"); // so the walk above hears what it listens for
  const policies = await Promise.all(
    [0, 1].map(async () => (await page.request.get(`${address}/sign-in`)).headers()["content-security-policy"]),
  );
  for (const policy of policies) {
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/=]{20,}' 'strict-dynamic';/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  }
  expect(policies[0]).not.toBe(policies[1]);
  // Workers compile WebAssembly by the policy of their own script.
  const script = await page.evaluate(() => document.querySelector("script[src]")?.getAttribute("src") ?? "");
  const built = (await page.request.get(new URL(script, address).href)).headers()["content-security-policy"];
  expect(built).toMatch(/script-src 'self' 'nonce-[\w+/=]{20,}' 'strict-dynamic' 'wasm-unsafe-eval';/);
});

test("who guesses is told how many seconds to wait", async ({ page }) => {
  const { address } = product;
  const guess = () =>
    page.request.post(`${address}/api/auth/sign-in/email`, {
      data: { email: "mallory@example.org", password: "a wrong password" },
    });
  await Promise.all(Array.from({ length: 40 }, guess));
  while ((await guess()).status() !== 429);
  await page.goto(`${address}/sign-in`);
  await page.getByLabel("Email").fill("mallory@example.org");
  await page.getByRole("textbox", { name: "Password" }).fill("a wrong password");
  await expect(async () => {
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText(/Try again in \d+ seconds?\./)).toBeVisible({ timeout: 2_000 });
  }).toPass();
});
