// How far loading a backbone is, in words and as a bar.
import { Progress } from "@mantine/core";
import type { LoadProgress } from "../protocol/engine-api.ts";
import { type Plain, say } from "../words/say.ts";
import { bytesWords } from "./words.ts";

const steps = {
  downloading: "Loading the model",
  preparing: "Preparing it for this device",
  "self-test": "Checking its answers on this device",
} as const satisfies Record<string, Plain>;

export function LoadingWords({ progress }: Readonly<{ progress: LoadProgress | null }>) {
  const bytes = progress?.what === "downloading" && progress.total > 0;
  return (
    <>
      <span>{progress ? say(steps[progress.what]) : say("Starting")}…</span>
      {bytes && (
        <span className="pt-mute pt-small">
          {say("{done} of {total}", { done: bytesWords(progress.done), total: bytesWords(progress.total) })}
        </span>
      )}
    </>
  );
}

/** Nothing done yet is not known to be none of it: the bar only moves. */
export function LoadingBar({ progress, label }: Readonly<{ progress: LoadProgress | null; label: string }>) {
  const known = progress !== null && progress.total > 0 && progress.done > 0;
  return (
    <Progress
      value={known ? (100 * progress.done) / progress.total : 100}
      animated={!known}
      size="sm"
      aria-label={label}
    />
  );
}
