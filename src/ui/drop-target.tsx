// The whole page takes files: slides, prompt sets and backbones.
import { useEffect, useState } from "react";
import { say } from "../words/say.ts";
import { useApp } from "./app-context.ts";

export function DropTarget() {
  const { host } = useApp();
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const onEnter = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      depth++;
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const onOver = (event: DragEvent): void => {
      if (holdsFiles(event)) event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      if (event.dataTransfer) host.openDropped(event.dataTransfer);
    };
    window.addEventListener("dragenter", onEnter);
    window.addEventListener("dragleave", onLeave);
    window.addEventListener("dragover", onOver);
    window.addEventListener("drop", onDrop);
    return () => {
      window.removeEventListener("dragenter", onEnter);
      window.removeEventListener("dragleave", onLeave);
      window.removeEventListener("dragover", onOver);
      window.removeEventListener("drop", onDrop);
    };
  }, [host]);
  if (!over) return null;
  return (
    <div className="pt-drop">
      <div>
        {say(
          "Drop a slide (.svs, .ndpi, .tif, DICOM files, a folder, a picture), a prompt set, GeoJSON, or a backbone (.onnx, .safetensors, a folder)",
        )}
        <div className="pt-mute pt-small">{say("It is read on this computer and never uploaded.")}</div>
      </div>
    </div>
  );
}
