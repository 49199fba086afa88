import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { peerJudge } from "../../server/export/testing/python-judge.ts";
import { type ContractServer, startContractServer } from "../../server/zenodo/testing/contract-server.ts";
import { EditorPage } from "../pages/editor-page.ts";
import { ask, change } from "../server/call-procedure.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { joinProject } from "../server/join-project.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";
import { writeSampleFiles } from "./sample-files.ts";
import { takePicture } from "./take-picture.ts";

/** What a project hands out, and who asks for it: versions, deposits, programs; and how a team shares the work. On synthetic volumes. */
const PYTHON_PACKAGE = path.resolve(import.meta.dirname, "../../clients/python/src");

test.describe.configure({ mode: "serial" });

let contract: ContractServer;
let product: RunningProduct;
let browser: Browser;
let ada: Page;
let projectUrl: string;
let token: string;

test.beforeAll(async ({ browser: started }) => {
  browser = started;
  contract = await startContractServer();
  product = await startProduct({ environment: { KARYOLOOP_ZENODO: contract.address } });
  ada = await (await browser.newContext()).newPage();
  await makeFirstAccount(ada, product);
  const about = { name: "Organoids, day 12", description: "Confocal, nuclear stain." };
  const { projectId } = await change<{ projectId: string }>(ada, product.address, "project.create", about);
  await change(ada, product.address, "volume.createSample", { projectId, labels: "all" });
  const states = async () =>
    (await ask<{ state: string }[]>(ada, product.address, "volume.list", { projectId })).map(({ state }) => state);
  await expect.poll(states, { timeout: 60_000 }).toEqual(["ready"]);
  projectUrl = `${product.address}/projects/${projectId}`;
});
test.afterAll(async () => {
  await product?.stop();
  await contract?.close();
});

async function scrolledTo(place: Locator): Promise<void> {
  await place.evaluate((element) => {
    window.scrollTo({ top: element.getBoundingClientRect().top + window.scrollY - 80, behavior: "instant" });
  });
}

test("publish: who made it, and what was imaged", async () => {
  await ada.goto(`${projectUrl}/publish`);
  await ada.getByLabel("Title").fill("Simulated nuclei of an organoid");
  await ada.getByLabel("Description").fill("A made-up volume that shows how the labels of a team become a dataset.");
  await ada.getByRole("button", { name: /Who made it/ }).click();
  await ada.getByRole("button", { name: "Add a creator" }).click();
  await ada.getByLabel("Given name of creator 1").fill("Ada");
  await ada.getByLabel("Family name of creator 1").fill("Lovelace");
  await ada.getByLabel("ORCID of creator 1").fill("0000-0002-1825-0097");
  await ada.getByRole("button", { name: /What was imaged/ }).click();
  await ada.getByRole("button", { name: "Add an organism" }).click();
  await ada.getByRole("combobox", { name: "Organism 1" }).fill("zebra");
  await ada.getByRole("option", { name: /Danio rerio/ }).click();
  await ada.getByRole("button", { name: "Save", exact: true }).click();
  await expect(ada.getByText("Not saved yet.")).toHaveCount(0);
  await ada.getByRole("button", { name: /What it is about/ }).click();
  await scrolledTo(ada.getByRole("heading", { name: "About the data" }));
  await takePicture(ada, "creators");
});

test("publish: the targets of a version, and its draft at Zenodo", async () => {
  await ada.getByRole("combobox", { name: "Licence of the data" }).fill("CC-BY-4.0");
  await ada.keyboard.press("Escape");
  await ada.getByRole("button", { name: "Freeze a new version" }).click();
  const zenodo = ada.getByRole("region", { name: "Zenodo, version 1" });
  await zenodo.getByLabel("Try it in the sandbox").check({ timeout: 90_000 });
  const groups = [/^For analysis and archives/, /^To train or test other tools/];
  for (const group of groups) await ada.getByRole("button", { name: group }).click();
  await scrolledTo(ada.getByText("In the zip", { exact: true }));
  await takePicture(ada, "targets");
  await ada.getByRole("button", { name: groups[1] }).click();

  await zenodo.getByLabel("Your token for Zenodo's sandbox").fill(contract.token);
  await zenodo.getByRole("button", { name: "Keep it" }).click();
  await expect(zenodo.getByText(/Your token for Zenodo's sandbox is kept/)).toBeVisible();
  await zenodo.getByRole("button", { name: "Make a draft at Zenodo's sandbox" }).click();
  await expect(zenodo.getByText("draft, seen by nobody")).toBeVisible({ timeout: 60_000 });
  await scrolledTo(zenodo);
  await takePicture(ada, "deposit");
});

test("publish: the shapes of a version's nuclei", async () => {
  await ada.getByRole("link", { name: "Shapes of its nuclei, by class and specimen" }).click();
  await expect(ada.getByRole("img", { name: /^Volume, µm³ of/ })).toBeVisible();
  await takePicture(ada, "shapes");
});

test("programs: a token, and the reference of what they can ask", async () => {
  await ada.goto(`${product.address}/account`);
  const section = ada.locator("section").filter({ has: ada.getByRole("heading", { name: "Tokens for programs" }) });
  const make = async (name: string, may: string): Promise<string> => {
    await section.getByLabel("Name").fill(name);
    await section.getByRole("combobox", { name: "May" }).click();
    await ada.getByRole("option", { name: may, exact: true }).click();
    await section.getByRole("button", { name: "Make a token" }).click();
    await expect(section.getByRole("button", { name: `Take back ${name}` })).toBeVisible();
    return section.getByRole("textbox", { name: "Token" }).inputValue();
  };
  await make("viewer in the browser", "Read");
  token = await make("notebook on my laptop", "Read, annotate and manage");
  // What opens the server is in no picture.
  await ada.reload();
  await expect(section.getByRole("button", { name: "Take back notebook on my laptop" })).toBeVisible();
  await scrolledTo(section.getByRole("heading", { name: "Tokens for programs" }));
  await takePicture(ada, "tokens");
  await ada.goto(`${product.address}/api-reference`);
  await expect(ada.getByRole("heading", { name: "Reference of the API" })).toBeVisible();
  await takePicture(ada, "api-reference");
});

test("programs: what a script has proposed", async () => {
  const judge = peerJudge(["numpy"]);
  if (judge.missing !== undefined) throw new Error(judge.missing);
  const { image, labels } = await writeSampleFiles(test.info().outputPath("files"), 7);
  const script = `
import sys, karyoloop
project = karyoloop.connect().project("Organoids, day 12")
volume = project.upload_volume("organoid 7", sys.argv[1], specimen="organoid 7", voxel_size_zyx=(1, 0.4, 0.4))
volume.upload_labels(sys.argv[2])
print(volume.id)`;
  const { stdout } = await promisify(execFile)(judge.command, ["-c", script, image, labels], {
    env: { ...process.env, PYTHONPATH: PYTHON_PACKAGE, KARYOLOOP_URL: product.address, KARYOLOOP_TOKEN: token },
  });
  const editor = new EditorPage(ada);
  await ada.goto(`${product.address}/volumes/${stdout.trim()}`);
  await editor.isReady();
  await editor.tab("Queue");
  await ada.keyboard.press("q");
  await expect(editor.queueCard()).toBeVisible();
  await takePicture(ada, "proposed-by-a-program");
});

test("programs: an address that is told", async () => {
  await ada.goto(`${projectUrl}/settings`);
  await ada.getByLabel("Address to tell").fill("https://hooks.example.org/karyoloop");
  await ada.getByRole("button", { name: "Add it" }).click();
  await expect(ada.getByRole("textbox", { name: "The secret of the new webhook" })).toBeVisible();
  await ada.reload();
  await expect(ada.getByText("Nothing was sent yet.")).toBeVisible();
  await scrolledTo(ada.getByRole("heading", { name: "Webhooks" }));
  await takePicture(ada, "webhooks");
});

test("team: tasks, and the work of one person", async () => {
  const grace = await joinProject(browser, ada, {
    address: product.address,
    projectId: path.basename(projectUrl),
    name: "Grace Hopper",
    role: "annotator",
  });
  await ada.goto(`${projectUrl}/tasks`);
  for (const [goal, who] of [
    ["Outline every nucleus of the upper half", "Grace Hopper"],
    ["Look at the nuclei that were sent back", "Ada Lovelace"],
  ]) {
    await ada.getByLabel("What is to be done").fill(goal);
    await ada.getByLabel("Who").selectOption({ label: who });
    await ada.getByRole("button", { name: "Give the task" }).click();
    await expect(ada.getByRole("table", { name: "Open tasks" })).toContainText(goal);
  }
  await takePicture(ada, "tasks");
  await grace.goto(`${product.address}/work`);
  await expect(grace.getByText("Outline every nucleus of the upper half").first()).toBeVisible();
  await takePicture(grace, "my-work");
  await grace.context().close();
});
