// The dialogs there are; which one is open is the ui store's business. None is loaded before it is first opened: the first page is lighter.
import { type ComponentType, lazy, Suspense } from "react";
import { useUi } from "./app-context.ts";

/** A component of a file that is loaded when it is first drawn. */
function later<P extends object>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => ({ default: await load() }));
}

const BackboneDialog = later(() => import("./backbone-dialog.tsx").then((m) => m.BackboneDialog));
const CalibrationDialog = later(() => import("./calibration-dialog.tsx").then((m) => m.CalibrationDialog));
const CapabilityDialog = later(() => import("./capability-dialog.tsx").then((m) => m.CapabilityDialog));
const CommandPalette = later(() => import("./command-palette.tsx").then((m) => m.CommandPalette));
const DeclareDialog = later(() => import("./declare-dialog.tsx").then((m) => m.DeclareDialog));
const ImportDialog = later(() => import("./import-dialog.tsx").then((m) => m.ImportDialog));
const OpenUrlDialog = later(() => import("./slide-dialogs.tsx").then((m) => m.OpenUrlDialog));
const OriginDialog = later(() => import("./slide-dialogs.tsx").then((m) => m.OriginDialog));
const ReviewDialog = later(() => import("./review-dialog.tsx").then((m) => m.ReviewDialog));
const ShortcutsDialog = later(() => import("./shortcuts-dialog.tsx").then((m) => m.ShortcutsDialog));
const SlideFactsDialog = later(() => import("./slide-dialogs.tsx").then((m) => m.SlideFactsDialog));

export function Dialogs() {
  return (
    <Suspense fallback={null}>
      <OpenDialog />
    </Suspense>
  );
}

function OpenDialog() {
  const dialog = useUi((state) => state.dialog);
  switch (dialog.kind) {
    case "none":
      return null;
    case "commands":
      return <CommandPalette />;
    case "shortcuts":
      return <ShortcutsDialog />;
    case "review":
      return <ReviewDialog />;
    case "capabilities":
      return <CapabilityDialog />;
    case "calibration":
      return <CalibrationDialog />;
    case "slide-facts":
      return <SlideFactsDialog />;
    case "open-url":
      return <OpenUrlDialog />;
    case "import-model":
      return <ImportDialog />;
    case "backbone":
      return <BackboneDialog />;
    case "declare-prompts":
      return <DeclareDialog file={dialog.file} />;
    case "origin":
      return <OriginDialog dialog={dialog} />;
    default:
      return dialog satisfies never;
  }
}
