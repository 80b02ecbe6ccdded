// What the OpenJPEG package exports; it ships no types of its own.
declare module "@cornerstonejs/codec-openjpeg/decodewasmjs" {
  const factory: (options: object) => Promise<import("../../slide/codec/openjpeg.ts").OpenJpeg>;
  export = factory;
}
