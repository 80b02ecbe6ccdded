// The preprocessor_config.json of a Hugging Face model -> its normalisation. Knows field names; what is not stated stays null.
import { Fault } from "../base/fault.ts";
import { field, readList, readNumber, readObject, rootAt } from "./json-reader.ts";
import type { Normalisation } from "./model.ts";

/**
 * null where the file states none, or scales pixels by something else than 1/255. Throws Fault `bad-model` naming every field that is
 * not as it must be.
 */
export function parsePreprocessorConfig(text: string, name: string): Normalisation | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Fault("bad-model", `The configuration ${name} is not JSON.`, { problems: [String(error)] }, error);
  }
  const root = rootAt(json, "preprocessor_config");
  readObject(root);
  const value = (key: string): unknown => field(root, key).value;
  const factor = value("rescale_factor");
  const rescaled = value("do_rescale") !== false && (factor === undefined || Math.abs(Number(factor) * 255 - 1) < 1e-6);
  const three = (key: string, min: number): readonly [number, number, number] => {
    const [r = 0, g = 0, b = 0] = readList(field(root, key), { min: 3, max: 3 }).map((at) =>
      readNumber(at, { min, max: 10 }),
    );
    return [r, g, b];
  };
  const plain = value("do_normalize") === false;
  const stated = value("image_mean") !== undefined && value("image_std") !== undefined;
  if (!rescaled || (!plain && !stated)) return null;
  const found: Normalisation = plain
    ? { mean: [0, 0, 0], std: [1, 1, 1] }
    : { mean: three("image_mean", -10), std: three("image_std", 1e-3) };
  if (root.problems.length > 0) {
    const list = root.problems.join("; ");
    throw new Fault("bad-model", `The configuration ${name} cannot be used: ${list}.`, { problems: root.problems });
  }
  return found;
}
