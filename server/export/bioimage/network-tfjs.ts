import { zipSync } from "fflate";
import { type FoldedLayer, foldLayers } from "../../../core/checkpoint/folded-layers.ts";
import type { TrainedModel } from "../../../core/checkpoint/trained-model.ts";
import type { Zyx } from "../../../core/volume/voxel-space.ts";
import { IMAGE, MAPS } from "../onnx/network-onnx.ts";
import { software } from "../software-version.ts";

/** The release of TensorFlow.js that trained the weights and reads this model. */
export const TENSORFLOW_JS_VERSION = "4.22.0";

/** An attribute of an operation as TensorFlow's GraphDef has it in JSON. */
type Attribute = Readonly<Record<string, unknown>>;

interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr: Readonly<Record<string, Attribute>>;
}

interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32";
  readonly values: Float32Array | Int32Array;
}

/** `model.json` and its weights, as `tf.loadGraphModel` reads them; takes and gives what the ONNX model does. */
export interface TfjsModel {
  readonly json: object;
  readonly weights: Uint8Array;
}

const WEIGHTS_FILE = "group1-shard1of1.bin";
const typed = (name: "DT_FLOAT" | "DT_INT32"): Attribute => ({ type: name });
const FLOAT = { T: typed("DT_FLOAT") };
const INTEGER = { T: typed("DT_INT32") };
const listOf = (values: readonly number[]): Attribute => ({ list: { i: values.map(String) } });
const encodedText = (text: string): Attribute => ({ s: Buffer.from(text).toString("base64") });

/** A graph of TensorFlow's operations, channels last inside. */
export function networkTfjs(trained: Pick<TrainedModel, "config" | "weights">): TfjsModel {
  const { levels, heads } = trained.config;
  const layers = foldLayers(trained);
  const graph = new Graph();
  const block = (x: string, first: number): string =>
    convolveRelu(graph, convolveRelu(graph, x, layers[first]), layers[first + 1]);
  let nextLayer = 0;
  const nextBlock = (x: string): string => {
    nextLayer += 2;
    return block(x, nextLayer - 2);
  };
  graph.nodes.push({ name: IMAGE, op: "Placeholder", attr: { dtype: typed("DT_FLOAT"), shape: shapeAttribute(1) } });
  let x = graph.add("channels-last", "Transpose", [IMAGE, graph.integers("to-last", [0, 2, 3, 4, 1])], turning);
  const skips: string[] = [];
  levels.forEach(({ poolZyx }, index) => {
    if (index > 0) x = graph.add(`down${index + 1}/pooled`, "MaxPool3D", [x], poolingBy(poolZyx));
    x = nextBlock(x);
    skips.push(x);
  });
  for (let index = levels.length - 2; index >= 0; index--) {
    const name = `up${index + 1}`;
    const enlarged = enlarge(graph, x, name, levels[index + 1].poolZyx);
    const joined = [enlarged, skips[index], graph.integers(`${name}/axis`, 4, [])];
    x = nextBlock(
      graph.add(`${name}/joined`, "ConcatV2", joined, { ...FLOAT, N: { i: "2" }, Tidx: typed("DT_INT32") }),
    );
  }
  x = graph.add("probabilities", "Sigmoid", [convolve(graph, x, layers[nextLayer])], FLOAT);
  graph.add(MAPS, "Transpose", [x, graph.integers("to-first", [0, 4, 1, 2, 3])], turning);
  return graph.finish(heads.length);
}

const turning = { ...FLOAT, Tperm: typed("DT_INT32") };
const shapeAttribute = (channels: number): Attribute => ({ shape: { dim: dimensions(channels) } });
const dimensions = (channels: number) => ["-1", String(channels), "-1", "-1", "-1"].map((size) => ({ size }));
const poolingBy = (poolZyx: Zyx) => ({
  ...FLOAT,
  ksize: listOf([1, ...poolZyx, 1]),
  strides: listOf([1, ...poolZyx, 1]),
  padding: encodedText("VALID"),
  data_format: encodedText("NDHWC"),
});

function convolve(graph: Graph, x: string, { name, kernelZyx, inputs, outputs, filter, bias }: FoldedLayer): string {
  const weights = graph.floats(`${name}/filter`, [...kernelZyx, inputs, outputs], filter);
  const convolved = graph.add(`${name}/convolved`, "Conv3D", [x, weights], {
    ...FLOAT,
    strides: listOf([1, 1, 1, 1, 1]),
    dilations: listOf([1, 1, 1, 1, 1]),
    padding: encodedText("SAME"),
    data_format: encodedText("NDHWC"),
  });
  return graph.add(`${name}/shifted`, "AddV2", [convolved, graph.floats(`${name}/bias`, [outputs], bias)], FLOAT);
}

const convolveRelu = (graph: Graph, x: string, layer: FoldedLayer): string =>
  graph.add(`${layer.name}/active`, "Relu", [convolve(graph, x, layer)], FLOAT);

/**
 * Every voxel repeated: planes in their plane, then each plane beside itself. TensorFlow.js has no operation for volumes, and sizes
 * are known only when it runs.
 */
function enlarge(graph: Graph, x: string, name: string, [fz, fy, fx]: Zyx): string {
  const own = (step: string) => `${name}/enlarge/${step}`;
  const integers = (step: string, values: readonly number[]) => graph.integers(own(step), values);
  const shape = graph.add(own("shape"), "Shape", [x], { ...FLOAT, out_type: typed("DT_INT32") });
  const part = (step: string, from: number, to: number) =>
    graph.add(
      own(step),
      "StridedSlice",
      [shape, integers(`${step}-from`, [from]), integers(`${step}-to`, [to]), integers(`${step}-by`, [1])],
      { ...INTEGER, Index: typed("DT_INT32") },
    );
  const times = (step: string, sizes: string, by: readonly number[]) =>
    graph.add(own(step), "Mul", [sizes, integers(`${step}-factors`, by)], INTEGER);
  const reshape = (step: string, values: string, sizes: string) =>
    graph.add(own(step), "Reshape", [values, sizes], { ...FLOAT, Tshape: typed("DT_INT32") });
  // [n · d, h, w, c]: one size follows from the others.
  const kept = times("kept-sizes", part("plane-sizes", 1, 5), [0, 1, 1, 1]);
  const sizes = graph.add(own("flat-sizes"), "AddV2", [kept, integers("open-size", [-1, 0, 0, 0])], INTEGER);
  const planes = graph.add(
    own("planes"),
    "ResizeNearestNeighbor",
    [reshape("flat", x, sizes), times("large-plane", part("small-plane", 2, 4), [fy, fx])],
    { ...FLOAT, align_corners: { b: false }, half_pixel_centers: { b: false } },
  );
  const copies = graph.add(own("copies"), "Pack", new Array<string>(fz).fill(planes), {
    ...FLOAT,
    N: { i: String(fz) },
    axis: { i: "1" },
  });
  return reshape("enlarged", copies, times("large-sizes", shape, [1, fz, fy, fx, 1]));
}

class Graph {
  readonly nodes: GraphNode[] = [];
  private readonly tensors: StoredTensor[] = [];

  add(name: string, op: string, input: readonly string[], attr: GraphNode["attr"]): string {
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  floats(name: string, shape: readonly number[], values: Float32Array): string {
    return this.constant({ name, shape, dtype: "float32", values });
  }

  integers(name: string, values: number | readonly number[], shape?: readonly number[]): string {
    const list = typeof values === "number" ? [values] : values;
    return this.constant({ name, shape: shape ?? [list.length], dtype: "int32", values: Int32Array.from(list) });
  }

  private constant(tensor: StoredTensor): string {
    const dtype = typed(tensor.dtype === "float32" ? "DT_FLOAT" : "DT_INT32");
    const dim = tensor.shape.map((size) => ({ size: String(size) }));
    const value = { tensor: { dtype: dtype.type, tensorShape: { dim } } };
    this.nodes.push({ name: tensor.name, op: "Const", attr: { dtype, value } });
    this.tensors.push(tensor);
    return tensor.name;
  }

  finish(outputs: number): TfjsModel {
    const port = (name: string, channels: number) => ({
      [name]: { name: `${name}:0`, dtype: "DT_FLOAT", tensorShape: { dim: dimensions(channels) } },
    });
    const json = {
      format: "graph-model",
      generatedBy: `${software.name} ${software.version}`,
      convertedBy: null,
      signature: { inputs: port(IMAGE, 1), outputs: port(MAPS, outputs) },
      modelTopology: { node: this.nodes, library: {}, versions: {} },
      weightsManifest: [
        { paths: [WEIGHTS_FILE], weights: this.tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype })) },
      ],
    };
    const weights = new Uint8Array(this.tensors.reduce((sum, { values }) => sum + values.byteLength, 0));
    let at = 0;
    for (const { values } of this.tensors) {
      weights.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
      at += values.byteLength;
    }
    return { json, weights };
  }
}

/** As one file. A date of 1980 on every clock: a zip keeps the hour of the wall. */
export const tfjsZip = ({ json, weights }: TfjsModel): Uint8Array =>
  zipSync(
    { "model.json": new TextEncoder().encode(`${JSON.stringify(json)}\n`), [WEIGHTS_FILE]: weights },
    { mtime: new Date(1980, 0, 1), level: 0 },
  );
