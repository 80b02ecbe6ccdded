// The strip below: research use, where the pointer is, whether everything is saved.
import { useEffect, useRef } from "react";
import { saveProject } from "../state/actions/project-file.ts";
import { pixelWords } from "../viewer/scale.ts";
import { useApp, usePerform, useProject } from "./app-context.ts";
import { PrivacyMeter } from "./privacy-meter.tsx";
import { StorageLink } from "./storage-link.tsx";

export function FooterBar() {
  const role = useProject((state) => state.role);
  return (
    <footer className="pt-foot">
      <span>Research use only – not for diagnosis</span>
      {role === "reader" && (
        <span className="pt-warn" role="status">
          Read-only: this project is open in another tab. Close it and reload to write here.
        </span>
      )}
      <span className="pt-space" />
      <Coordinates />
      <PrivacyMeter />
      <StorageLink />
      <Saved />
    </footer>
  );
}

function Coordinates() {
  const { stage } = useApp();
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = (): void => {
      if (!text.current) return;
      const at = stage.pointer ?? stage.view?.centre ?? null;
      const what = stage.pointer ? "" : "centre ";
      text.current.textContent = at ? `${what}x ${pixelWords(at.x)} · y ${pixelWords(at.y)} px` : "";
    };
    show();
    return stage.subscribe(show);
  }, [stage]);
  return <span ref={text} data-testid="coordinates" title="Level-0 pixels" />;
}

function Saved() {
  const saved = useProject((state) => state.saved);
  const { context } = useApp();
  const perform = usePerform();
  if (saved.failed) {
    const changes = saved.pending === 1 ? "1 change" : `${saved.pending} changes`;
    const unsaved = saved.lost ? "everything on this page" : changes;
    return (
      <span className="pt-warn" role="alert" data-testid="saved" title={saved.failed.message}>
        Not saved: {unsaved}.{" "}
        <button type="button" className="pt-link" onClick={() => context.project.flush().catch(() => {})}>
          Try again
        </button>{" "}
        <button type="button" className="pt-link" onClick={() => perform(saveProject, { names: "kept" })}>
          Save as a file
        </button>
      </span>
    );
  }
  if (saved.pending > 0) return <span role="status">Saving…</span>;
  const at = saved.savedAt === null ? null : new Date(saved.savedAt);
  return (
    <span role="status" data-testid="saved">
      {at
        ? `Saved ${at.toLocaleTimeString([], { hour12: false })} on this computer`
        : "Everything stays on this computer"}
    </span>
  );
}
