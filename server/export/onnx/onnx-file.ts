import { MessageReader, MessageWriter } from "./protobuf.ts";

/*
 * Models as ONNX files hold them (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), as far as a network of convolutions needs.
 * The numbers are those of the fields in that file.
 */

export type OnnxAttribute = number | readonly number[] | string;

/** One operation. */
export interface OnnxNode {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Whole numbers, lists of them, or texts. */
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant of 32-bit floats. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What goes in or comes out: a name or a number for every axis. */
export interface OnnxPort {
  readonly name: string;
  readonly axes: readonly (string | number)[];
}

export interface OnnxModel {
  readonly name: string;
  readonly producer: { readonly name: string; readonly version: string };
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly input: OnnxPort;
  readonly output: OnnxPort;
}

/** Of the file format itself: what opset 17 came with. */
const IR_VERSION = 8;
const FLOAT = 1;
const ATTRIBUTE_INTEGER = 2;
const ATTRIBUTE_TEXT = 3;
const ATTRIBUTE_INTEGERS = 7;

const message = () => new MessageWriter();

export function encodeOnnx(model: OnnxModel): Uint8Array {
  const graph = message();
  for (const node of model.nodes) graph.message(1, encodeNode(node));
  graph.text(2, model.name);
  for (const { name, shape, values } of model.constants) {
    const tensor = message();
    for (const size of shape) tensor.integer(1, size);
    graph.message(5, tensor.integer(2, FLOAT).text(8, name).bytes(9, floatBytes(values)));
  }
  graph.message(11, encodePort(model.input)).message(12, encodePort(model.output));
  return message()
    .integer(1, IR_VERSION)
    .text(2, model.producer.name)
    .text(3, model.producer.version)
    .message(7, graph)
    .message(8, message().text(1, "").integer(2, model.opset))
    .finish();
}

function encodeNode({ operation, inputs, output, attributes }: OnnxNode): MessageWriter {
  const node = message();
  for (const input of inputs) node.text(1, input);
  node.text(2, output).text(3, output).text(4, operation);
  for (const [name, value] of Object.entries(attributes)) node.message(5, encodeAttribute(name, value));
  return node;
}

function encodeAttribute(name: string, value: OnnxAttribute): MessageWriter {
  const attribute = message().text(1, name);
  if (typeof value === "number") return attribute.integer(3, value).integer(20, ATTRIBUTE_INTEGER);
  if (typeof value === "string") return attribute.text(4, value).integer(20, ATTRIBUTE_TEXT);
  for (const one of value) attribute.integer(8, one);
  return attribute.integer(20, ATTRIBUTE_INTEGERS);
}

function encodePort({ name, axes }: OnnxPort): MessageWriter {
  const shape = message();
  for (const axis of axes)
    shape.message(1, typeof axis === "number" ? message().integer(1, axis) : message().text(2, axis));
  return message()
    .text(1, name)
    .message(2, message().message(1, message().integer(1, FLOAT).message(2, shape)));
}

/** Little-endian. */
function floatBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return bytes;
}

/** Reads what `encodeOnnx` writes. Throws a RangeError that says what is wrong with a file that is cut off or holds something else. */
export function decodeOnnx(bytes: Uint8Array): OnnxModel {
  const file = new MessageReader(bytes);
  const [graph] = file.messages(7);
  const [input] = graph?.messages(11) ?? [];
  const [output] = graph?.messages(12) ?? [];
  if (!graph || !input || !output) throw new RangeError("there is no network in it");
  const opset = file.messages(8).find((one) => ["", "ai.onnx"].includes(one.text(1)));
  if (!opset) throw new RangeError("it does not say which operations it means");
  return {
    name: graph.text(2),
    producer: { name: file.text(2), version: file.text(3) },
    opset: opset.number(2),
    nodes: graph.messages(1).map(decodeNode),
    constants: graph.messages(5).map(decodeConstant),
    input: decodePort(input),
    output: decodePort(output),
  };
}

const decodeNode = (node: MessageReader): OnnxNode => ({
  operation: node.text(4),
  inputs: node.texts(1),
  output: node.text(2),
  attributes: Object.fromEntries(node.messages(5).map((one) => [one.text(1), decodeAttribute(one)])),
});

function decodeAttribute(attribute: MessageReader): OnnxAttribute {
  const type = attribute.number(20);
  if (type === ATTRIBUTE_INTEGER) return attribute.number(3);
  if (type === ATTRIBUTE_TEXT) return attribute.text(4);
  if (type === ATTRIBUTE_INTEGERS) return attribute.integers(8);
  throw new RangeError(`the attribute ${attribute.text(1)} is of a type that is not used here`);
}

function decodeConstant(tensor: MessageReader): OnnxConstant {
  const [name, shape, raw] = [tensor.text(8), tensor.integers(1), tensor.bytes(9)];
  const length = shape.reduce((product, size) => product * size, 1);
  if (tensor.number(2) !== FLOAT || raw.length !== length * 4)
    throw new RangeError(`the constant ${name} has ${raw.length} bytes for ${shape.join(" × ")} floats`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return { name, shape, values: Float32Array.from({ length }, (_, i) => view.getFloat32(i * 4, true)) };
}

function decodePort(port: MessageReader): OnnxPort {
  const [type] = port.messages(2)[0]?.messages(1) ?? [];
  const axes = type?.messages(2)[0]?.messages(1) ?? [];
  return { name: port.text(1), axes: axes.map((axis) => axis.text(2) || axis.number(1)) };
}
