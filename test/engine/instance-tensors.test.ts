// The instance module's tensors are named once for the graph and once for the file, which may not know each other: they agree.
import { expect, test } from "vitest";
import { instanceParts as partsOfFile } from "../../src/domain/prompt-kinds.ts";
import { instanceShapes, instanceParts as partsOfGraph } from "../../src/graph/vit/carried-tokens.ts";

test.each([
  [{ tokens: 4, hidden: 16 }, 192],
  [{ tokens: 1, hidden: 3 }, 48],
])("of %j at width %i: the same parts, in the same order, of the same shapes", (shape, width) => {
  const shapes = instanceShapes(shape, width);
  const inGraph = partsOfGraph.map((part) => ({ part, shape: shapes[part] }));
  expect(partsOfFile(shape, width)).toEqual(inGraph);
});
