import type pg from "pg";
import type { Environment } from "../env.ts";
import { type Finding, look, ok } from "./finding.ts";

export interface TrainerFacts {
  readonly trainers: readonly { readonly name: string; readonly engine: string | null; readonly awaySeconds: number }[];
  /** Names of this machine's GPUs. */
  readonly gpus: readonly string[];
  readonly isServerRunning: boolean;
}

export async function readTrainers(client: pg.ClientBase): Promise<TrainerFacts["trainers"]> {
  const { rows } = await client.query(
    "select name, engine, extract(epoch from now() - last_seen_at)::float as away from trainer order by last_seen_at desc limit 20",
  );
  return rows.map(({ name, engine, away }) => ({ name, engine, awaySeconds: away }));
}

/** One that works reports every few seconds. */
const SEEN_LATELY_S = 120;
const LOCAL = "this computer";

export function judgeTrainers(facts: TrainerFacts, { localTrainer }: Pick<Environment, "localTrainer">): Finding[] {
  const { trainers, gpus, isServerRunning } = facts;
  const gpu = gpus.length > 0 ? `This machine has ${gpus.join(", ")}` : "This machine has no NVIDIA GPU";
  if (!isServerRunning) return [ok("trainer", "The server is stopped, and trainers with it."), ok("gpu", `${gpu}.`)];
  const here = trainers.filter(({ awaySeconds }) => awaySeconds < SEEN_LATELY_S);
  const findings: Finding[] = [];
  if (here.length > 0)
    findings.push(
      ok("trainer", here.map(({ name, engine }) => `${name} (${engine ?? "still setting up"})`).join(", ")),
    );
  else
    findings.push(
      look(
        "trainer",
        trainers.length > 0
          ? `No trainer is here: ${trainers[0].name} was seen ${Math.round(trainers[0].awaySeconds / 60)} minutes ago.`
          : "No trainer has ever been here: nothing is trained or predicted.",
        localTrainer
          ? "Start the server with npm start and look for lines of [trainer] in what it prints."
          : "Make a token under Installation, Trainers, and start a trainer with it.",
      ),
    );
  const local = here.find(({ name }) => name === LOCAL);
  if (gpus.length > 0 && local?.engine && local.engine !== "native-gpu")
    findings.push(
      look(
        "gpu",
        `${gpu}, and the trainer beside the server does not use it (${local.engine}).`,
        "Run npm run setup:tensorflow; it says what is missing. Then restart.",
      ),
    );
  else findings.push(ok("gpu", `${gpu}.`));
  if (here.length > 0 && here.every(({ engine }) => engine === "wasm"))
    findings.push(
      look("engine", "Training uses the slow wasm engine.", "Run npm run setup:tensorflow; it says what is missing."),
    );
  return findings;
}
