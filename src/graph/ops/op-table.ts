// The table of operators: one row per name, and a missing row does not compile.
import { elementwiseRules } from "./elementwise.ts";
import { matrixRules } from "./matrix.ts";
import type { Op } from "./op-names.ts";
import type { OpRule } from "./op-rule.ts";
import { reduceRules } from "./reduce.ts";
import { selectingRules } from "./selecting.ts";
import { shapingRules } from "./shaping.ts";

export const opTable: Readonly<Record<Op, OpRule>> = {
  ...elementwiseRules,
  ...matrixRules,
  ...reduceRules,
  ...selectingRules,
  ...shapingRules,
};
