#!/usr/bin/env node
// The `bin` of the package: plain JavaScript, so that it runs without a build; the commands are TypeScript.
import "../supervisor/require-node.mjs";
import "../supervisor/read-typescript.mjs";

const commands = {
  evaluate: {
    about: "train on labelled volumes, test on others, print the scores",
    load: () => import("./model/evaluate.ts").then((module) => module.runEvaluate),
  },
  simulate: {
    about: "compare orders of questions with a simulated annotator, by a plan that is fixed first",
    load: () => import("./study/simulate.ts").then((module) => module.runSimulate),
  },
  predict: {
    about: "outline the nuclei of a volume with an exported model",
    load: () => import("./model/predict.ts").then((module) => module.runPredict),
  },
  validate: {
    about: "check an exported, unpacked dataset: formats, checksums, table",
    load: () => import("./validate.ts").then((module) => module.runValidate),
  },
  backup: {
    about: "save everything that people made into one file, while the server runs",
    load: () => import("./backup/backup.ts").then((module) => module.runBackup),
  },
  restore: {
    about: "bring a backup back, on this computer or another one",
    load: () => import("./backup/restore.ts").then((module) => module.runRestore),
  },
  doctor: {
    about: "check this installation, and say what to do",
    load: () => import("./doctor.ts").then((module) => module.runDoctor),
  },
  audit: {
    about: "check an exported audit log: nothing changed, nothing left out",
    load: () => import("./audit.ts").then((module) => module.runAudit),
  },
  import: {
    about: "send folders of volumes to a running server",
    load: () => import("./import/import.ts").then((module) => module.runImport),
  },
};

const [name, ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name ?? "") ? commands[name] : null;
if (command) {
  try {
    const run = await command.load();
    process.exitCode = (await run(args)) ?? 0;
  } catch (error) {
    // Problems are sentences for people; anything else is a fault of ours and keeps its trace.
    console.error(error?._tag === "Problem" ? error.message : error);
    process.exitCode = 1;
  }
} else {
  console.log("karyoloop <command> [options]; each command explains itself with --help\n");
  for (const [known, { about }] of Object.entries(commands)) console.log(`  ${known.padEnd(10)} ${about}`);
  process.exitCode = name === undefined || name === "--help" || name === "-h" ? 0 : 1;
}
