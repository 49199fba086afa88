import { Problem } from "../../../core/problem.ts";
import { nameFlaw, normalizeName } from "../../../core/text/name-flaw.ts";

/** An address as a person types it: bounded, absolute, without a fragment. */
export function readAddress(text: string): URL {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : null;
  if (url?.protocol === "s3:" || url?.protocol === "gs:")
    throw refuse(
      text,
      "Addresses of S3 and Google's storage are read in their https form, such as https://BUCKET.s3.amazonaws.com/PATH.zarr",
    );
  if (!url || !/^https?:$/.test(url.protocol))
    throw refuse(text, "It begins with https:// and ends with the name of an OME-Zarr.");
  // Viewers put the address of the data set into their own.
  const shown = url.searchParams.get("source") ?? url.searchParams.get("url");
  if (shown && /^https?:\/\//.test(shown)) return readAddress(shown);
  if (/\.(zip|tiff?|h5|hdf5|ims|czi|nd2|lif|nii|nii\.gz)$/i.test(url.pathname))
    throw refuse(text, "This is a single file: download it, and upload it here.");
  url.hash = "";
  url.pathname = url.pathname.replace(/(\/+|\/(zarr\.json|\.zattrs|\.zgroup))$/, "");
  return url;
}

const refuse = (text: string, hint: string): Problem =>
  new Problem({ tag: "address-not-read", what: "This address is not read.", where: text.slice(0, 200), hint });

/** What the volume's file is called: the last part of the address that has a name. */
export function nameInAddress(url: URL): string {
  const parts = url.pathname.split("/").filter(Boolean).map(decoded);
  // `…/embryo.zarr/0` is a part of embryo.zarr.
  const at = parts.findLastIndex((part) => /\.zarr$/i.test(part));
  const name = normalizeName((at >= 0 ? parts.slice(at) : parts.slice(-1)).join(" ")).slice(0, 200);
  return name && !nameFlaw(name) ? name : "fetched.zarr";
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
