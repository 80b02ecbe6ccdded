// What this browser lacks, in words for the person. Knows the shape only; a roof looks at the browser and fills it in.
import type { Plain } from "../words/say.ts";

export type CapabilityId = "secure-context" | "webgpu" | "threads" | "storage" | "single-writer" | "file-handles";

/** `missing` null: available. Otherwise what is missing, what it costs and how to get it, each one sentence. */
export type Capability = Readonly<{
  id: CapabilityId;
  name: Plain;
  missing: Readonly<{ what: Plain; cost: Plain; remedy: Plain }> | null;
}>;

export type CapabilityReport = readonly Capability[];
