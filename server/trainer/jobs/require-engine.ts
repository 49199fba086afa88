import { type AnyModel, isForestModel } from "../../../core/forest/any-model.ts";
import { Problem } from "../../../core/problem.ts";
import type { Engine } from "../engine/start-engine.ts";

/** Throws a Problem where this trainer has no TensorFlow and the model is a network. */
export function requireEngineFor(model: AnyModel, { name }: Pick<Engine, "name">): void {
  if (name === "forest" && !isForestModel(model))
    throw new Problem({
      tag: "needs-tensorflow",
      what: "This model is a network, and TensorFlow does not run on the trainer's computer.",
      hint: "Label a few nuclei and train: the quick classifier then proposes the others. Or start a trainer on another computer.",
    });
}
