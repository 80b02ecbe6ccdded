// What the CharLS package exports; it ships no types of its own.
declare module "@cornerstonejs/codec-charls/decodewasmjs" {
  const factory: (options: object) => Promise<import("../../slide/codec/charls.ts").Charls>;
  export = factory;
}
