// The instant head of the labels on every swept place: what recolours a map after a label, an undo, another class. Knows a session.
import type { MapEngineApi, PreviewMap } from "../protocol/map-api.ts";
import { transfer } from "../protocol/rpc.ts";
import { cosineScores } from "./heads/centroid.ts";
import { fitPreview } from "./preview-head.ts";
import type { Session } from "./session.ts";

export async function previewMap(
  session: Session,
  { sheet, known, classes, examples }: Parameters<MapEngineApi["previewMap"]>[0],
  signal: AbortSignal,
): Promise<PreviewMap> {
  const held = session.swept.count(sheet);
  if (held < known) return { kind: "forgotten", held };
  const before = session.now();
  const fitted = await fitPreview(session, classes, examples, signal);
  if (!fitted) return { kind: "no-classes" };
  const count = session.swept.count(sheet);
  const columns = fitted.classes.length;
  const cells = new Uint32Array(count);
  const scores = new Float32Array(count * columns);
  let row = 0;
  for (const block of session.swept.blocks(sheet)) {
    cells.set(block.cells, row);
    scores.set(cosineScores(fitted.head, block.features), row * columns);
    row += block.cells.length;
  }
  const milliseconds = session.now() - before;
  return transfer({ kind: "scored", cells, scores, classes: fitted.classes, milliseconds }, [
    cells.buffer,
    scores.buffer,
  ]);
}
