import { Problem } from "../problem.ts";

/** What people choose that is not read here: known by its first bytes, or by its name where they say nothing. */
interface OtherFormat {
  readonly what: string;
  readonly hint: string;
  /** Bio-Formats reads it, from this one file. */
  readonly converts?: boolean;
}

/** So many bytes of the beginning are looked at. */
export const SIGNATURE_BYTES = 1024;

const BY_FIJI =
  "Open it in Fiji (File > Import > Bio-Formats) and save it as OME-TIFF, or convert it with bioformats2raw and pack the folder as .zip.";
const BY_CONVERTER = `${BY_FIJI} Where whoever runs this server sets up bioformats2raw or Bio-Formats' bfconvert, such files are read here.`;
const microscope = (name: string): OtherFormat => ({
  what: `This is ${name}, which is not read.`,
  hint: BY_CONVERTER,
  converts: true,
});
const archive = (name: string): OtherFormat => ({
  what: `This is ${name}, an archive.`,
  hint: "Unpack it and upload the volumes in it, or pack slices as .zip.",
});
const picture = (name: string): OtherFormat => ({
  what: `This is ${name}, one picture and no volume.`,
  hint: "Save the whole stack as one TIFF, or its slices as PNG or TIFF in a .zip.",
});
const video = (name: string): OtherFormat => ({
  what: `This is ${name}, a film and no volume.`,
  hint: "If its frames are z slices, open it in Fiji and save it as a TIFF stack.",
});
const document = (name: string): OtherFormat => ({
  what: `This is ${name}, not a volume.`,
  hint: "Choose the volume itself.",
});

/** Text of Latin-1, or numbers, at a byte. */
type Signature = readonly [at: number, bytes: string | readonly number[], format: OtherFormat];

const SIGNATURES: readonly Signature[] = [
  [0, "ZISRAWFILE", microscope("a CZI file of Zeiss")],
  [0, [0x70, 0, 0, 0], microscope("a LIF file of Leica")],
  [0, [0xda, 0xce, 0xbe, 0x0a], microscope("an ND2 file of Nikon")],
  [0, "OLYMPUSRAWFORMAT", microscope("an OIR file of Olympus")],
  [0, [0x00, 0x4c, 0xa1, 0x0c], microscope("an Imaris file of the classic kind")],
  [0, "Andor Technology", microscope("a SIF file of Andor")],
  [0, "ics_version", microscope("an ICS file")],
  [1, "ics_version", microscope("an ICS file")],
  // As Bio-Formats writes it.
  [2, "ics_version", microscope("an ICS file")],
  [0, [0, 0, 0, 3, 0], microscope("a DM3 file of Gatan")],
  [0, [0, 0, 0, 4, 0], microscope("a DM4 file of Gatan")],
  [208, "MAP ", microscope("an MRC file of electron microscopy")],
  [
    0,
    [0xd0, 0xcf, 0x11, 0xe0],
    {
      what: "This is a compound file of Microsoft's kind: OIB of Olympus, ZVI of Zeiss, or an old document of Office.",
      hint: BY_CONVERTER,
      converts: true,
    },
  ],
  [
    128,
    "DICM",
    {
      what: "This is a DICOM file, which is not read.",
      hint: "Convert the series to NIfTI, e.g. with dcm2niix, or open it in Fiji and save it as TIFF.",
    },
  ],
  [
    0,
    "MATLAB 7.3",
    {
      what: "This is a MATLAB file of version 7.3, whose arrays have their axes in reverse.",
      hint: "In MATLAB, write the array slice by slice with imwrite(…, 'WriteMode', 'append') into a TIFF.",
    },
  ],
  [
    0,
    "MATLAB",
    {
      what: "This is a MATLAB file, which is not read.",
      hint: "In MATLAB, write the array slice by slice with imwrite(…, 'WriteMode', 'append') into a TIFF.",
    },
  ],
  [0, [0x89, 0x50, 0x4e, 0x47], picture("a PNG file")],
  [0, [0xff, 0xd8, 0xff], picture("a JPEG file")],
  [0, "GIF8", picture("a GIF file")],
  [8, "WEBP", picture("a WebP file")],
  [4, "jP  ", picture("a JPEG 2000 file, or an old ND2 file,")],
  [0, [0xff, 0x4f, 0xff, 0x51], picture("a JPEG 2000 file")],
  [8, "AVI ", video("an AVI file")],
  [4, "ftyp", video("an MP4 or MOV file")],
  [0, [0x1a, 0x45, 0xdf, 0xa3], video("a Matroska or WebM file")],
  [0, "%PDF", document("a PDF document")],
  [0, "%!PS", document("a PostScript document")],
  [0, "{\\rtf", document("a text document (RTF)")],
  [0, "7z\xbc\xaf", archive("a 7z file")],
  [0, "Rar!", archive("a RAR file")],
  [257, "ustar", archive("a TAR file")],
  [0, "BZh", archive("a file packed with bzip2")],
  [0, [0xfd, 0x37, 0x7a, 0x58, 0x5a], archive("a file packed with xz")],
  [0, [0x28, 0xb5, 0x2f, 0xfd], archive("a file packed with Zstandard")],
  [0, "SQLite format 3", document("a database of SQLite")],
  [0, "PAR1", document("a Parquet table")],
  [0, "Iout", document("a region of ImageJ (ROI)")],
  [0, "# AmiraMesh", microscope("an Amira file")],
  [0, "# Avizo", microscope("an Avizo file")],
  [0, "# vtk DataFile", microscope("a VTK file")],
  [
    0,
    [0x00, 0x05, 0x16, 0x07],
    {
      what: "This is what a Mac keeps beside a file (its name begins with ._), not the file itself.",
      hint: "Choose the file without ._ before its name.",
    },
  ],
];

/** Where the first bytes are those of text, of TIFF or of nothing. */
const ENDINGS: readonly (readonly [RegExp, OtherFormat])[] = [
  [
    /\.vsi$/i,
    {
      what: "This is a VSI file of Olympus; its voxels are in a folder beside it (.ets), which is not here.",
      hint: BY_FIJI,
    },
  ],
  [
    /\.oif$/i,
    {
      what: "This is the header of an OIF volume of Olympus, whose slices are in a folder beside it, which is not here.",
      hint: BY_FIJI,
    },
  ],
  [/\.(svs|ndpi|scn|mrxs|bif)$/i, picture("a scan of a whole slide")],
  [/\.(lof|xlef|lifext)$/i, microscope("a file of Leica")],
  [/\.(klb|ids|mvd2|nd|flex|spe|dv|r3d)$/i, microscope("a file of a microscope's program")],
];

function starts(head: Uint8Array, [at, bytes]: Signature): boolean {
  for (let i = 0; i < bytes.length; i++)
    if (head[at + i] !== (typeof bytes === "string" ? bytes.charCodeAt(i) : bytes[i])) return false;
  return true;
}

/** Two letters alone could be text: four bytes of it are zero, too. */
const isBmp = (head: Uint8Array): boolean =>
  head[0] === 0x42 && head[1] === 0x4d && head.length > 10 && head.subarray(6, 10).every((byte) => byte === 0);

const problem = (tag: string, { what, hint }: OtherFormat, where: string): Problem =>
  new Problem({ tag, what, where, hint });

const asText = (head: Uint8Array): string | null =>
  head.length > 0 && head.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))
    ? String.fromCharCode(...head)
    : null;

const knownFormat = (head: Uint8Array, fileName: string): OtherFormat | undefined =>
  (ENDINGS.find(([ending]) => ending.test(fileName)) ?? SIGNATURES.find((signature) => starts(head, signature)))?.at(
    -1,
  ) as OtherFormat | undefined;

/** Whether Bio-Formats would read a file that is not read here. */
export const isConvertible = (head: Uint8Array, fileName: string): boolean =>
  knownFormat(head, fileName)?.converts ?? false;

/** Why a file with this beginning is not read, or null where it may be. */
export function otherFormat(head: Uint8Array, fileName: string): Problem | null {
  const known = knownFormat(head, fileName);
  if (known) return problem("other-format", known, fileName);
  if (isBmp(head)) return problem("other-format", picture("a BMP file"), fileName);
  const page = asText(head)?.trimStart().toLowerCase();
  if (page?.startsWith("<!doctype html") || page?.startsWith("<html"))
    return problem(
      "other-format",
      {
        what: "This is a web page, not an image, whatever its name says.",
        hint: "The download was probably answered by a page that asks to sign in: download the file again.",
      },
      fileName,
    );
  return null;
}

/** Tags of refusals that stay as they are however often the same file is sent. */
const FINAL_TAGS: ReadonlySet<string> = new Set(["other-format", "unknown-format", "tiff-compression"]);
export const isFinalRefusal = (tag: string): boolean => FINAL_TAGS.has(tag);

/** For files that no reader and no signature knows. */
export function unknownFormat(head: Uint8Array, fileName: string): Problem {
  return new Problem({
    tag: "unknown-format",
    what:
      asText(head) !== null
        ? "This is a text file, not an image, whatever its name says."
        : "This is none of the formats that are known here.",
    where: fileName,
    hint: "Export the volume as TIFF (Fiji: File > Save As > Tiff…), HDF5, NIfTI, NRRD, MetaImage, or an OME-Zarr folder packed as .zip.",
  });
}
