import { unpackModel } from "../../core/checkpoint/packed-model.ts";
import { regionByEdges } from "../../core/click/region-by-edges.ts";
import { TileEngine } from "../../core/click/tile-engine.ts";
import { estimateDiameterUm } from "../../core/perception/estimate-diameter.ts";
import { isProblem, Problem, type ProblemFields } from "../../core/problem.ts";
import { type StartedNetwork, startNetwork } from "./engine/start-network.ts";
import type { OpenedModel, SegmentReply, SegmentRequest, SegmentResult } from "./segment-messages.ts";

/** Runs the model off the page's thread, so that painting goes on meanwhile. One request after the other. */
let started: StartedNetwork | null = null;
let engine: TileEngine | null = null;
let last: Promise<unknown> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<SegmentRequest>) => {
  last = last.then(async () => {
    try {
      reply({ id: data.id, result: await work(data) });
    } catch (error) {
      reply({ id: data.id, problem: problemFieldsOf(error) });
    }
  });
};

const reply = (message: SegmentReply): void => self.postMessage(message);

async function work(request: SegmentRequest): Promise<SegmentResult[keyof SegmentResult]> {
  switch (request.kind) {
    case "open":
      return open(request);
    case "size":
      return estimateDiameterUm(request.image, request.space);
    case "answer":
      if (!engine) throw new Problem({ tag: "no-model", what: "There is no model in this page yet." });
      return engine.answer(request.look, request.image, request.question);
    case "edges":
      return regionByEdges(request.question);
  }
}

/** Where zod may write functions it tries to at once, which the policy of our pages refuses. */
async function loadReader() {
  (await import("zod")).config({ jitless: true });
  return (await import("../../core/checkpoint/checkpoint-files.ts")).loadCheckpoint;
}

async function open(request: Extract<SegmentRequest, { kind: "open" }>): Promise<OpenedModel> {
  const { about, files } = unpackModel(request.packed);
  const { model } = (await loadReader())(files);
  const before = started;
  started = await startNetwork(model, request.binaries);
  before?.network.dispose();
  engine = new TileEngine(started.network, request.volume, request.window);
  const { config, thresholds, canonical } = model;
  const outlineUm = model.outlineUm ?? about.outlineUm;
  return { about, config, thresholds, canonical, outlineUm, engine: started.report };
}

const problemFieldsOf = (error: unknown): ProblemFields =>
  isProblem(error)
    ? error.toJSON()
    : {
        tag: "segmenting-failed",
        what: "This browser cannot run the model.",
        where: error instanceof Error ? error.message.slice(0, 200) : undefined,
      };
