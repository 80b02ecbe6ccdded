// Slide formats that are known and not read, told by file name or first bytes, each with what to convert it to. Knows no reader.
import { Fault } from "../base/fault.ts";

const toOme = "Convert it to OME-TIFF: bioformats2raw in.file out.zarr, then raw2ometiff --rgb out.zarr out.ome.tif.";
const toTiff =
  'Convert it with libvips: vips tiffsave "in" out.tif --tile --pyramid --compression jpeg --Q 90 --bigtiff';

type Refused = Readonly<{ name: RegExp | null; starts: string | null; format: string; next: string }>;

/** `name` matches the file's name, `starts` its first bytes; either is enough. */
const refused: readonly Refused[] = [
  // An .mrxs file is itself a small JPEG: opened as a picture it would show a thumbnail as if it were the slide.
  { name: /\.mrxs$/i, starts: null, format: "a 3DHISTECH MIRAX slide (MRXS)", next: toTiff },
  // A .vsi file is a TIFF of thumbnails; the pixels lie in .ets files in a folder beside it.
  { name: /\.vsi$/i, starts: null, format: "an Olympus/Evident slide (VSI)", next: toOme },
  { name: /\.ets$/i, starts: "SIS\0", format: "part of an Olympus/Evident slide (ETS)", next: toOme },
  { name: /\.czi$/i, starts: "ZISRAWFILE", format: "a Zeiss CZI file", next: toOme },
  {
    name: /\.(i2syntax|isyntax)$/i,
    starts: "<DataObject",
    format: "a Philips iSyntax file",
    next: "Export it as Philips TIFF or DICOM from the Philips software, or convert it with isyntax2raw and raw2ometiff.",
  },
  { name: /\.bif$/i, starts: null, format: "a Ventana/Roche BIF slide", next: toTiff },
  { name: /\.(vms|vmu)$/i, starts: "[Virtual Microscope", format: "a Hamamatsu VMS or VMU slide", next: toTiff },
  { name: /\.ndpis$/i, starts: "[NanoZoomer", format: "a Hamamatsu list of channels (NDPIS)", next: toOme },
  { name: /\.svslide$/i, starts: "SQLite format 3", format: "a Sakura slide", next: toTiff },
  { name: /\.(lif|xlef|lof)$/i, starts: null, format: "a Leica LIF file", next: toOme },
  { name: /\.(nd2|oir|oib|zvi|lsm)$/i, starts: null, format: "a microscope's own format", next: toOme },
  {
    name: /\.kfb$/i,
    starts: "KFB",
    format: "a KFBIO slide",
    next: "Export it as SVS or TIFF from the scanner's software.",
  },
  {
    name: /\.(sdpc|tmap|mds|mdsx)$/i,
    starts: null,
    format: "a scanner's own format",
    next: "Export it as SVS or TIFF from the scanner's software.",
  },
];

/** Fault `unsupported` where the file is one of those. `head`: its first bytes. */
export function refuseKnownFormats(name: string, head: Uint8Array): void {
  const begins = (text: string): boolean => [...text].every((c, i) => head[i] === c.charCodeAt(0));
  const found = refused.find((r) => r.name?.test(name) || (r.starts !== null && begins(r.starts)));
  if (found)
    throw new Fault("unsupported", `This file is ${found.format}, which is not read. ${found.next}`, {
      format: found.format,
    });
}
