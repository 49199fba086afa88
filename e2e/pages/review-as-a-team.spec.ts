import { readFile } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { ask, change } from "../server/call-procedure.ts";
import { makeFirstAccount } from "../server/first-person.ts";
import { joinProject } from "../server/join-project.ts";
import { type RunningProduct, startProduct } from "../server/running-server.ts";
import { EditorPage } from "./editor-page.ts";
import { findViolations } from "./find-violations.ts";

let product: RunningProduct;
test.beforeAll(async () => {
  product = await startProduct();
});
test.afterAll(() => product?.stop());

test("two people: what one draws the other approves or sends back, and they talk about it where it is", async ({
  page: ada,
  browser,
}) => {
  test.setTimeout(240_000);
  const { address } = product;
  await makeFirstAccount(ada, product, "Ada Lovelace");
  const { projectId } = await change<{ projectId: string }>(ada, address, "project.create", { name: "Reviewed" });
  const { volumeId } = await change<{ volumeId: string }>(ada, address, "volume.createSample", { projectId });
  const ben = await joinProject(browser, ada, { address, projectId, name: "Ben Smith", role: "annotator" });
  const [adas, bens] = [new EditorPage(ada), new EditorPage(ben)];

  await test.step("an owner asks for a second look", async () => {
    await ada.goto(`${address}/projects/${projectId}/settings`);
    await ada.getByRole("radio", { name: "Every accepted nucleus" }).check();
    const form = ada.locator("form").filter({ has: ada.getByRole("radio", { name: "Every accepted nucleus" }) });
    await form.getByRole("button", { name: "Save" }).click();
    await expect(ada.getByText("Saved.").first()).toBeVisible();
    await expect
      .poll(async () => (await ask<{ state: string }>(ada, address, "volume.byId", { volumeId })).state, {
        timeout: 90_000,
      })
      .toBe("ready");
  });

  await test.step("nobody is asked about their own work", async () => {
    await Promise.all([adas, bens].map((editor) => editor.open(`${address}/volumes/${volumeId}`)));
    for (const right of [-40, 40]) {
      await adas.paintNucleus("xy", [
        [right, -10],
        [right + 12, 10],
      ]);
      await adas.saved();
    }
    await expect(bens.rows.getByLabel("Waits for a second look")).toHaveCount(2);
    await adas.tab("Queue");
    await ada.getByText(/^Second look/).click();
    await ada.getByRole("button", { name: "Next nucleus" }).click();
    await expect(ada.getByText("All that is left is your own work, or is being looked at by others.")).toBeVisible();
  });

  const card = ben.getByRole("group", { name: "Second look" });
  await test.step("the other one approves by a key, and sends back with words", async () => {
    await bens.tab("Queue");
    await ben.getByText(/^Second look/).click();
    await ben.keyboard.press("q");
    await expect(card).toContainText("Accepted by Ada Lovelace");
    await expect(ada.getByText(/^Ben Smith is looking at nucleus \d+$/)).toBeVisible();
    const first = await card.getByTestId("asked-nucleus").innerText();
    await ben.keyboard.press("a");
    await expect(card.getByTestId("asked-nucleus")).not.toHaveText(first);
    await expect(ben.getByText(`You approved ${first}.`)).toBeVisible();
    await ben.keyboard.press("r");
    await ben.getByLabel("What is wrong with it?").fill("Two nuclei in one.");
    await card.getByRole("button", { name: "Send back" }).click();
    await expect(ben.getByText("No nucleus of this volume waits for a second look.")).toBeVisible();
    await expect(ada.getByText("1 approved · 0 waiting · 1 sent back")).toBeVisible();
  });

  await test.step("the dashboard counts them, opens them in the list, and hands out each figure as a table", async () => {
    const board = await ben.context().newPage();
    await board.goto(`${address}/projects/${projectId}`);
    await board.getByRole("tab", { name: "Dashboard" }).click();
    await expect(board.getByRole("img", { name: /^Nuclei by status, .*accepted 2/ })).toBeVisible();
    await expect(board.getByText("No question is open.")).toBeVisible();
    await expect(board.getByText("Nothing is planted in this project.")).toBeVisible();
    await expect(board.getByRole("row", { name: /^All of it/ })).toBeVisible({ timeout: 30_000 });
    expect(await findViolations(board)).toEqual([]);
    const download = board.waitForEvent("download");
    await board.getByRole("button", { name: "Nuclei by status as CSV" }).click();
    const table = await readFile(await (await download).path(), "utf8");
    expect(table).toMatch(
      /^day,accepted,corrected,unfinished,approved_by_second_person\r\n\d{4}-\d\d-\d\d,2,0,0,1\r\n$/,
    );
    await board.getByRole("link", { name: /^1 approved in / }).click();
    await expect(board.getByText("1 of 2 nuclei")).toBeVisible({ timeout: 30_000 });
    await board.close();
  });

  await test.step("whoever drew it reads why, changes it, and it waits again; the undo brings the word back", async () => {
    await ada.getByRole("button", { name: /^Nucleus \d+$/ }).click();
    await expect(ada.getByTestId("nucleus-review")).toContainText("Ben Smith sent it back, now: Two nuclei in one.");
    await ada.keyboard.press("b");
    await adas.drag("xy", [
      [46, 20],
      [56, 30],
    ]);
    await expect(ben.getByText("1 approved · 1 waiting · 0 sent back")).toBeVisible();
    await ada.keyboard.press("Control+z");
    await expect(ben.getByText("1 approved · 0 waiting · 1 sent back")).toBeVisible();
  });

  await test.step("they talk about it", async () => {
    await ada.keyboard.press("Shift+A");
    await ada.getByLabel("Write a comment").fill("@Ben");
    await ada.getByRole("button", { name: "@Ben Smith" }).click();
    await ada.keyboard.type("is it <b>two</b>?");
    await ada.getByRole("button", { name: "Comment", exact: true }).click();
    await expect(ben.getByText("Ada Lovelace mentioned you")).toBeVisible();
    await ben.getByRole("link", { name: "Read the comment" }).click();
    const thread = ben.getByRole("article", { name: /^Conversation/ });
    await expect(thread).toContainText("@Ben Smith is it <b>two</b>?");
    await thread.getByLabel("Reply").fill("Yes.");
    await thread.getByRole("button", { name: "Reply" }).click();
    await expect(ada.getByRole("article", { name: /^Conversation/ })).toContainText("Yes.");
    await expect(thread.getByRole("button", { name: "Resolve" })).toHaveCount(0);
    await ada.getByRole("button", { name: "Resolve" }).click();
    await expect(ben.getByText("No comments")).toBeVisible();
  });

  await test.step("a task is given, told by the bell at once, found in the editor, and done there", async () => {
    const goal = "All nuclei of the upper half";
    await ada.goto(`${address}/projects/${projectId}/tasks`);
    await ada.getByLabel("What is to be done").fill(goal);
    await ada.getByLabel("Who").selectOption({ label: "Ben Smith" });
    await ada.getByRole("button", { name: "Give the task" }).click();
    await expect(ada.getByRole("table", { name: "Open tasks" })).toContainText("Ben Smith");
    // The conversation that he has opened counts as read.
    await ben.getByRole("button", { name: "Notices, 1 unread" }).click();
    const notices = ben.getByRole("dialog", { name: "Notices" });
    await expect(notices.getByRole("link", { name: /^Ada Lovelace mentioned you in / })).toBeVisible();
    await notices.getByRole("link", { name: /^Ada Lovelace gave you a task in / }).click();
    await expect(ben.getByTestId("task-chip")).toContainText(goal);
    await ben.keyboard.press("Escape");
    await ben.getByTestId("task-chip").getByRole("button", { name: "Done" }).click();
    await expect(ada.getByRole("table", { name: "Tasks that are done" })).toContainText("done by Ben Smith");
    await expect(ada.getByRole("button", { name: /^Notices, \d+ unread$/ })).toBeVisible();
    expect(await findViolations(ada)).toEqual([]);
    await ben.goto(`${address}/work`);
    await expect(ben.getByText("You have no open tasks.")).toBeVisible();
    await expect(ben.getByRole("table", { name: "Tasks that you have done" })).toContainText(goal);
    expect(await findViolations(ben)).toEqual([]);
  });
  await ben.context().close();
});
