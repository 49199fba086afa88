import { XMLParser } from "fast-xml-parser";
import { Problem } from "../../../../core/problem.ts";
import { lengthInUm } from "../../header/length-unit.ts";
import { decimalNumber, wholeNumber } from "../../header/strict-numbers.ts";

/** One `Image` of an OME-XML, as far as the pixels need it. */
export interface OmeImage {
  readonly name: string;
  readonly sizeX: number;
  readonly sizeY: number;
  readonly sizeZ: number;
  readonly sizeC: number;
  readonly sizeT: number;
  /** µm per axis, null where not said. */
  readonly sizeUmZyx: readonly [number | null, number | null, number | null];
  readonly channelNames: readonly string[];
  /** `RRGGBB`, null where not said. */
  readonly channelColors: readonly (string | null)[];
  /** Index of the page that holds plane (z, c, t); null where another file holds it. */
  pageOf(z: number, c: number, t: number): number | null;
}

type XmlNode = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  removeNSPrefix: true,
  // No entity of a file is ever expanded; those that microscopes write are replaced by hand below.
  processEntities: false,
  parseTagValue: false,
  maxNestedTags: 64,
  isArray: (name) => ["Image", "Channel", "TiffData"].includes(name),
});

/** Of a plate with a hundred thousand planes. Each element takes some hundred bytes of memory. */
const MAX_TEXT_LENGTH = 32 * 1024 * 1024;
const MAX_TAGS = 1_000_000;
const MAX_IMAGES = 1000;
/** Of one image; pages are as many at most. */
const MAX_PLANES = 1_000_000;

const asNode = (value: unknown): XmlNode => (typeof value === "object" && value !== null ? (value as XmlNode) : {});
const asNodes = (value: unknown): XmlNode[] => (Array.isArray(value) ? value.map(asNode) : []);
const textOf = (node: XmlNode, name: string): string => {
  const value = node[`@${name}`];
  return typeof value === "string"
    ? value.replaceAll("&amp;", "&").replaceAll("&#181;", "µ").replaceAll("&#xB5;", "µ")
    : "";
};

const damaged = (what: string, where: string): Problem =>
  new Problem({
    tag: "ome-xml-damaged",
    what,
    where: `OME-XML of page 1, ${where}`,
    hint: "Export the file again with Bio-Formats, or save it as a plain TIFF stack.",
  });

/** Null where the description is no OME-XML. */
export function parseOmeXml(text: string, pageCount: number): OmeImage[] | null {
  if (!/<(?:\w+:)?OME[\s>]/.test(text)) return null;
  assertModest(text);
  let root: XmlNode;
  try {
    root = asNode(asNode(parser.parse(text)).OME);
  } catch (cause) {
    throw new Problem({ ...damaged("The OME-XML cannot be read.", "its text").toJSON() }, { cause });
  }
  if (root.BinaryOnly !== undefined)
    throw damaged("The metadata of this file are in another one, a companion.", "BinaryOnly");
  const images = asNodes(root.Image);
  if (images.length === 0) throw damaged("The OME-XML describes no image.", "Image");
  if (images.length > MAX_IMAGES) throw damaged(`The OME-XML describes ${images.length} images.`, "Image");
  const ownUuid = textOf(root, "UUID");
  let firstPage = 0;
  return images.map((image, index) => {
    const result = toOmeImage(image, index, ownUuid, firstPage, pageCount);
    firstPage += result.sizeZ * result.sizeC * result.sizeT;
    return result;
  });
}

/** Before it is parsed. A document type is where entities are declared; OME-XML has none. */
function assertModest(text: string): void {
  if (/<!DOCTYPE/i.test(text)) throw damaged("The OME-XML declares a document type.", "its beginning");
  let tags = 0;
  for (let at = text.indexOf("<"); at >= 0 && tags <= MAX_TAGS; at = text.indexOf("<", at + 1)) tags++;
  if (text.length > MAX_TEXT_LENGTH || tags > MAX_TAGS)
    throw damaged("The OME-XML is longer than that of any image which is read here.", `${text.length} characters`);
}

function toOmeImage(image: XmlNode, index: number, ownUuid: string, firstPage: number, pageCount: number): OmeImage {
  const pixels = asNode(image.Pixels);
  const size = (axis: string): number => {
    const value = wholeNumber(textOf(pixels, `Size${axis}`)) ?? 0;
    if (value < 1)
      throw damaged(`Size${axis} is ${textOf(pixels, `Size${axis}`) || "missing"}.`, `image ${index + 1}, Pixels`);
    return value;
  };
  const channels = asNodes(pixels.Channel);
  // RGB channels are samples of one page: SizeC counts samples, planes are fewer.
  const samplesPerChannel = wholeNumber(textOf(channels[0] ?? {}, "SamplesPerPixel")) || 1;
  const sizes = { Z: size("Z"), C: Math.ceil(size("C") / samplesPerChannel), T: size("T") };
  const planes = sizes.Z * sizes.C * sizes.T;
  if (planes > MAX_PLANES) throw damaged(`The OME-XML claims ${planes} planes.`, `image ${index + 1}, Pixels`);
  const order = textOf(pixels, "DimensionOrder") || "XYZCT";
  if (!/^XY(?:ZCT|ZTC|CTZ|CZT|TCZ|TZC)$/.test(order))
    throw damaged(`The DimensionOrder ${order} does not exist.`, `image ${index + 1}, Pixels`);
  const axes = [...order.slice(2)] as ("Z" | "C" | "T")[];
  const planeIndex = (z: number, c: number, t: number): number => {
    const at = { Z: z, C: c, T: t };
    return at[axes[0]] + sizes[axes[0]] * (at[axes[1]] + sizes[axes[1]] * at[axes[2]]);
  };
  const physical = (axis: string): number | null => {
    const value = decimalNumber(textOf(pixels, `PhysicalSize${axis}`));
    return value === null ? null : lengthInUm(value, textOf(pixels, `PhysicalSize${axis}Unit`) || "µm");
  };
  const pages = mapPlanes(asNodes(pixels.TiffData), ownUuid, planeIndex, planes, firstPage, pageCount);
  return {
    name: textOf(image, "Name").slice(0, 200) || `image ${index + 1}`,
    sizeX: size("X"),
    sizeY: size("Y"),
    sizeZ: sizes.Z,
    sizeC: sizes.C,
    sizeT: sizes.T,
    sizeUmZyx: [physical("Z"), physical("Y"), physical("X")],
    channelNames: Array.from(
      { length: sizes.C },
      (_, c) => textOf(channels[c] ?? {}, "Name").slice(0, 200) || `channel ${c + 1}`,
    ),
    channelColors: Array.from({ length: sizes.C }, (_, c) => colorOfInteger(textOf(channels[c] ?? {}, "Color"))),
    pageOf: (z, c, t) => pages(planeIndex(z, c, t)),
  };
}

/** A signed integer of 32 bits whose bytes are red, green, blue, opacity; white, its default, says nothing. */
function colorOfInteger(text: string): string | null {
  const value = decimalNumber(text);
  if (value === null || !Number.isInteger(value) || Math.abs(value) > 2 ** 32) return null;
  const rgb = (value >>> 8).toString(16).padStart(6, "0").toUpperCase();
  return rgb === "FFFFFF" ? null : rgb;
}

/** Plane index -> page. Without TiffData, or with one that says nothing, planes are the pages in order. */
function mapPlanes(
  blocks: readonly XmlNode[],
  ownUuid: string,
  planeIndex: (z: number, c: number, t: number) => number,
  planes: number,
  firstPage: number,
  pageCount: number,
): (plane: number) => number | null {
  const said = blocks.filter((block) =>
    ["IFD", "FirstZ", "FirstC", "FirstT", "PlaneCount"].some((n) => textOf(block, n)),
  );
  const inOrder = (plane: number) => (firstPage + plane < pageCount ? firstPage + plane : null);
  if (said.length === 0) return inOrder;
  const uuidOf = (block: XmlNode): string =>
    typeof block.UUID === "string" ? block.UUID : String(asNode(block.UUID)["#text"] ?? "");
  const files = new Set(said.map(uuidOf).filter(Boolean));
  if (!ownUuid && files.size > 1)
    throw damaged(`The volume is spread over ${files.size} files, and this one does not say which it is.`, "TiffData");
  const pages = new Map<number, number>();
  let named = 0;
  for (const block of said) {
    // A set of several files: planes of the others are not here.
    const uuid = uuidOf(block);
    if (uuid && ownUuid && uuid !== ownUuid) continue;
    const number = (name: string, otherwise: number): number => {
      const text = textOf(block, name);
      const value = text ? wholeNumber(text) : otherwise;
      if (value === null) throw damaged(`${name} is ${text.slice(0, 40)}.`, "TiffData");
      return value;
    };
    const first = planeIndex(number("FirstZ", 0), number("FirstC", 0), number("FirstT", 0));
    const ifd = number("IFD", 0);
    // With an IFD and no count, one plane is meant; with neither, all that follow.
    const count = Math.min(number("PlaneCount", textOf(block, "IFD") ? 1 : pageCount), planes, pageCount);
    named += count;
    if (named > 2 * MAX_PLANES) throw damaged("The TiffData name more planes than there can be.", "TiffData");
    for (let i = 0; i < count; i++) if (ifd + i < pageCount && !pages.has(first + i)) pages.set(first + i, ifd + i);
  }
  return (plane) => pages.get(plane) ?? null;
}
