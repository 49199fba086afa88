import os from "node:os";
import { z } from "zod";

/** Everything the trainer reads from the environment; the only place that does. */
const environmentSchema = z.object({
  /** Address of the server, e.g. `https://karyoloop.example.org`. */
  KARYOLOOP_SERVER: z.url(),
  KARYOLOOP_TRAINER_TOKEN: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_-]+$/, "no token of Karyoloop"),
  /** How the project page names this machine. */
  KARYOLOOP_TRAINER_NAME: z.string().min(1).max(200).default(os.hostname()),
  /** Only this kind; without it the best that is ready. `forest`: the quick classifier, without TensorFlow. */
  KARYOLOOP_ENGINE: z.enum(["native", "wasm", "forest"]).optional(),
  /** How long this trainer may stay silent before another takes its job. */
  KARYOLOOP_LEASE_SECONDS: z.coerce.number().min(1).max(900).optional(),
  /** Channels of the network's first level: fewer are faster and know less. */
  KARYOLOOP_BASE_CHANNELS: z.coerce.number().int().min(4).max(64).optional(),
  /** 0 is normal, 19 the most yielding: people paint on the same machine, and they come first. */
  KARYOLOOP_TRAINER_NICENESS: z.coerce.number().int().min(0).max(19).default(10),
  /** How often weights are handed in while training, so that another trainer can go on from them. */
  KARYOLOOP_CHECKPOINT_SECONDS: z.coerce.number().min(1).max(60).default(20),
});

/** Three parts that never travel together: only the client knows the token, only trainings know their settings. */
export interface TrainerEnvironment {
  readonly server: { readonly address: string; readonly token: string };
  readonly engine: "native" | "wasm" | "forest" | undefined;
  readonly niceness: number;
  readonly identity: TrainerIdentity;
  readonly settings: TrainSettings;
}

/** How a trainer asks for work. */
export interface TrainerIdentity {
  readonly name: string;
  /** Default: longer than the longest step of the engine. */
  readonly leaseSeconds: number | undefined;
}

/** How a training is done here; handed in with its checkpoint. */
export interface TrainSettings {
  readonly baseChannels: number | undefined;
  readonly checkpointSeconds: number;
}

/** Takes the token out of `source`: what the trainer starts, such as the check of its engine, inherits none. */
export function takeTrainerEnvironment(source: Record<string, string | undefined> = process.env): TrainerEnvironment {
  const given = environmentSchema.parse(source);
  delete source.KARYOLOOP_TRAINER_TOKEN;
  return {
    server: { address: given.KARYOLOOP_SERVER.replace(/\/$/, ""), token: given.KARYOLOOP_TRAINER_TOKEN },
    engine: given.KARYOLOOP_ENGINE,
    niceness: given.KARYOLOOP_TRAINER_NICENESS,
    identity: { name: given.KARYOLOOP_TRAINER_NAME, leaseSeconds: given.KARYOLOOP_LEASE_SECONDS },
    settings: {
      baseChannels: given.KARYOLOOP_BASE_CHANNELS,
      checkpointSeconds: given.KARYOLOOP_CHECKPOINT_SECONDS,
    },
  };
}
