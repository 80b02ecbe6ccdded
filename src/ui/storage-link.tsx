// In the strip below: how much is kept here, or that what is kept may be lost; the way to all of it.
import { isSafeElsewhere } from "../state/actions/forget.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { nagWords } from "./storage-words.ts";
import { bytesWords } from "./words.ts";

export function StorageLink() {
  const { ui } = useApp();
  const state = useAppState();
  const { storage } = state.session;
  const nag = state.project.role === "writer" ? nagWords(storage, isSafeElsewhere(state)) : null;
  return (
    <button
      type="button"
      className={nag ? "pt-link pt-warn" : "pt-link"}
      data-testid="storage-link"
      data-nag={nag !== null}
      onClick={() => ui.setState({ dialog: { kind: "storage" } })}
    >
      {nag ??
        (storage.usage === null ? say("Kept here") : say("Kept here: {bytes}", { bytes: bytesWords(storage.usage) }))}
    </button>
  );
}
