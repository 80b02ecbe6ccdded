// DICOMweb's JSON as attributes. Believes no type: what is not as the standard says counts as absent. Source: DICOM PS3.18, F.
import type { Attributes } from "./attributes.ts";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function attributesOfJson(json: unknown): Attributes {
  const valuesOf = (tag: string): readonly unknown[] => {
    const element = isObject(json) && Object.hasOwn(json, tag) ? json[tag] : null;
    const values = isObject(element) && Object.hasOwn(element, "Value") ? element.Value : null;
    return Array.isArray(values) ? values : [];
  };
  return {
    texts: (tag) =>
      valuesOf(tag).flatMap((v) => (typeof v === "string" ? [v.trim()] : typeof v === "number" ? [String(v)] : [])),
    numbers: (tag) => {
      // Numbers of types DS and IS may come as text.
      const all = valuesOf(tag).map((v) => (typeof v === "number" || typeof v === "string" ? Number(v) : Number.NaN));
      return all.some(Number.isNaN) ? [] : all;
    },
    items: (tag) => valuesOf(tag).map(attributesOfJson),
  };
}
