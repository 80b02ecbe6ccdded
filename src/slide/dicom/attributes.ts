// Attributes of a DICOM object, however they came (a file's bytes, DICOMweb's JSON). Knows neither.
// Source: DICOM PS3.6 (names and numbers), PS3.3 A.32.8 (VL whole slide microscopy).

/** Eight hexadecimal digits, as DICOMweb writes them. */
export const tags = {
  transferSyntax: "00020010",
  imageType: "00080008",
  sopClass: "00080016",
  sopInstance: "00080018",
  modality: "00080060",
  manufacturer: "00080070",
  model: "00081090",
  availableTransferSyntax: "00083002",
  study: "0020000D",
  series: "0020000E",
  frameOfReference: "00200052",
  concatenation: "00209161",
  concatenationOffset: "00209228",
  dimensionOrganizationType: "00209311",
  samples: "00280002",
  photometric: "00280004",
  planar: "00280006",
  frames: "00280008",
  rows: "00280010",
  columns: "00280011",
  pixelSpacing: "00280030",
  bitsAllocated: "00280100",
  bitsStored: "00280101",
  pixelRepresentation: "00280103",
  pixelMeasures: "00289110",
  matrixColumns: "00480006",
  matrixRows: "00480007",
  opticalPathSequence: "00480105",
  objectivePower: "00480112",
  planePositionSlide: "0048021A",
  columnPosition: "0048021E",
  rowPosition: "0048021F",
  opticalPaths: "00480302",
  focalPlanes: "00480303",
  sharedGroups: "52009229",
  perFrameGroups: "52009230",
  extendedOffsets: "7FE00001",
  extendedLengths: "7FE00002",
  pixelData: "7FE00010",
} as const;

/** Values are those of the first of several where one is asked. Absent, empty and unreadable are null or an empty list. */
export type Attributes = Readonly<{
  /** Values of a text attribute, without padding. */
  texts(tag: string): readonly string[];
  numbers(tag: string): readonly number[];
  items(tag: string): readonly Attributes[];
}>;

export const text = (of: Attributes, tag: string): string | null => of.texts(tag)[0] ?? null;
export const number = (of: Attributes, tag: string): number | null => of.numbers(tag)[0] ?? null;

export const wholeSlideImage = "1.2.840.10008.5.1.4.1.1.77.1.6";
