import { Problem } from "../../../../core/problem.ts";
import type { TiffPage } from "../tiff-page.ts";
import type { OmeImage } from "./ome-xml.ts";
import { assertSameLayout, IN_ORDER, partialNote, type TiffImage, withSamples } from "./tiff-image.ts";

/** Images of an OME-XML; pages that none of them names are told. */
export function imagesFromOme(
  said: readonly OmeImage[],
  pages: readonly TiffPage[],
): { images: TiffImage[]; notes: string[] } {
  const used = new Set<TiffPage>();
  const images = said.map((image, i) => fromOme(image, i, said.length, pages, used));
  const unused = pages.filter((page) => !page.reduced && !used.has(page)).length;
  const notes =
    unused > 0
      ? [`The OME-XML names ${used.size} of ${used.size + unused} pages; the other ${unused} were left out.`]
      : [];
  return { images, notes };
}

function fromOme(
  image: OmeImage,
  index: number,
  count: number,
  pages: readonly TiffPage[],
  usedByAll: Set<TiffPage>,
): TiffImage {
  const path = count > 1 ? `${index + 1}: ${image.name}` : image.name;
  const where = `OME-XML, image ${index + 1}`;
  const planes = image.sizeZ * image.sizeC * image.sizeT;
  if (planes > 1e6) throw omeMismatch(`The OME-XML claims ${planes} planes`, where);
  const used = new Set<TiffPage>();
  for (let t = 0; t < image.sizeT; t++)
    for (let c = 0; c < image.sizeC; c++)
      for (let z = 0; z < image.sizeZ; z++) {
        const page = image.pageOf(z, c, t);
        if (page === null)
          throw omeMismatch(
            `Plane z ${z + 1}, channel ${c + 1}, time ${t + 1} is not in this file, which has ${pages.length} pages`,
            where,
          );
        used.add(pages[page]);
        usedByAll.add(pages[page]);
      }
  const list = [...used];
  assertSameLayout(list);
  const [first] = list;
  if (first.width !== image.sizeX || first.height !== image.sizeY)
    throw omeMismatch(
      `The OME-XML says ${image.sizeX} × ${image.sizeY} pixels, the pages have ${first.width} × ${first.height}`,
      where,
    );
  const [z, y, x] = image.sizeUmZyx;
  const known = z !== null && y !== null && x !== null;
  return {
    path,
    storedShape: [image.sizeZ, image.sizeY, image.sizeX],
    storedAxes: IN_ORDER,
    page: first,
    channels: withSamples(image.channelNames, first),
    channelColors: first.samples === 1 ? image.channelColors : undefined,
    times: image.sizeT,
    voxelSizeZyx: known ? [z, y, x] : null,
    voxelSizeNote: known ? "OME-XML" : partialNote("The OME-XML", z, y, x),
    planes: {
      kind: "pages",
      at: (pz, c, t) => ({
        page: pages[image.pageOf(pz, Math.floor(c / first.samples), t) ?? 0],
        sample: c % first.samples,
      }),
    },
  };
}

const omeMismatch = (what: string, where: string): Problem =>
  new Problem({
    tag: "ome-xml-mismatch",
    what: `${what}.`,
    where,
    hint: "If the volume is spread over several files, export it as one file; otherwise the file was cut off.",
  });
