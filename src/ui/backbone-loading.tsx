// How far loading a backbone is, in words.
import type { LoadProgress } from "../protocol/engine-api.ts";
import { bytesWords } from "./words.ts";

const steps = {
  downloading: "Loading the model",
  preparing: "Preparing it for this device",
  "self-test": "Checking its answers on this device",
} as const;

export function LoadingWords({ progress }: Readonly<{ progress: LoadProgress | null }>) {
  const bytes = progress?.what === "downloading" && progress.total > 0;
  return (
    <>
      <span>{progress ? steps[progress.what] : "Starting"}…</span>
      {bytes && (
        <span className="pt-mute pt-small">
          {bytesWords(progress.done)} of {bytesWords(progress.total)}
        </span>
      )}
    </>
  );
}
