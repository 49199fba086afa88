import { type ChildProcess, spawn } from "node:child_process";
import type { Page } from "@playwright/test";
import { typescriptArguments } from "../../server/supervisor/typescript-arguments.mjs";
import { change } from "./call-procedure.ts";
import type { RunningProduct } from "./running-server.ts";

/** Trainers on other computers, as the page Installation says how to start them. Returns how to end them. */
export async function dialIn(administrator: Page, { address }: RunningProduct, names: readonly string[]) {
  const children: ChildProcess[] = [];
  for (const name of names) {
    const made = await change<{ token: string }>(administrator, address, "installation.createTrainerToken", { name });
    children.push(
      spawn(process.execPath, [...typescriptArguments, "server/trainer/main.ts"], {
        stdio: "ignore",
        env: {
          ...process.env,
          KARYOLOOP_SERVER: address,
          KARYOLOOP_TRAINER_TOKEN: made.token,
          KARYOLOOP_TRAINER_NAME: name,
        },
      }),
    );
  }
  return () => {
    for (const child of children) child.kill("SIGKILL");
  };
}
