// The strip below: research use, where the pointer is, whether everything is saved.
import { useEffect, useRef } from "react";
import { saveProject } from "../state/actions/project-file.ts";
import { pixelWords } from "../viewer/scale.ts";
import { many, say } from "../words/say.ts";
import { useApp, usePerform, useProject, useUi } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";
import { PrivacyMeter } from "./privacy-meter.tsx";
import { StorageLink } from "./storage-link.tsx";

export function FooterBar() {
  const role = useProject((state) => state.role);
  return (
    <footer className="pt-foot">
      <span>{say("Research use only – not for diagnosis")}</span>
      {role === "reader" && (
        <span className="pt-warn" role="status">
          {say("Read-only: this project is open in another tab. Close it and reload to write here.")}
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
  const language = useUi((ui) => ui.language);
  const text = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = (): void => {
      if (!text.current) return;
      const at = stage.pointer ?? stage.view?.centre ?? null;
      text.current.textContent = at
        ? `${stage.pointer ? "" : `${say("centre")} `}x ${pixelWords(at.x)} · y ${pixelWords(at.y)} px`
        : "";
    };
    show();
    return stage.subscribe(show);
    // A language is chosen in the menu, where no pointer moves over the slide.
  }, [stage, language]);
  return <span ref={text} data-testid="coordinates" title={say("Level-0 pixels")} />;
}

function Saved() {
  const saved = useProject((state) => state.saved);
  const { context } = useApp();
  const perform = usePerform();
  if (saved.failed) {
    return (
      <span className="pt-warn" role="alert" data-testid="saved" title={faultWords(saved.failed)}>
        {saved.lost
          ? say("Not saved: everything on this page.")
          : many(saved.pending, "Not saved: 1 change.", "Not saved: {n} changes.")}{" "}
        <button type="button" className="pt-link" onClick={() => context.project.flush().catch(() => {})}>
          {say("Try again")}
        </button>{" "}
        <button type="button" className="pt-link" onClick={() => perform(saveProject, { names: "kept" })}>
          {say("Save as a file")}
        </button>
      </span>
    );
  }
  if (saved.pending > 0) return <span role="status">{say("Saving…")}</span>;
  const at = saved.savedAt === null ? null : new Date(saved.savedAt);
  return (
    <span role="status" data-testid="saved">
      {at
        ? say("Saved {time} on this computer", { time: at.toLocaleTimeString([], { hour12: false }) })
        : say("Everything stays on this computer")}
    </span>
  );
}
