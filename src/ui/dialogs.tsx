// The dialogs there are; which one is open is the ui store's business. None is loaded before it is first opened: the first page is lighter.
import { type ComponentType, lazy, Suspense, useLayoutEffect } from "react";
import { useUi } from "./app-context.ts";

/** A component of a file that is loaded when it is first drawn. */
function later<P extends object>(load: () => Promise<ComponentType<P>>) {
  return lazy(async () => ({ default: await load() }));
}

const AttentionDialog = later(() => import("./attention-dialog.tsx").then((m) => m.AttentionDialog));
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
const EndValidationDialog = later(() => import("./validation-panel.tsx").then((m) => m.EndValidationDialog));
const ForgetEverythingDialog = later(() => import("./forget-dialogs.tsx").then((m) => m.ForgetEverythingDialog));
const ForgetSlideDialog = later(() => import("./forget-dialogs.tsx").then((m) => m.ForgetSlideDialog));
const HubDialog = later(() => import("./hub-dialog.tsx").then((m) => m.HubDialog));
const MapCheckDialog = later(() => import("./map-check-dialog.tsx").then((m) => m.MapCheckDialog));
const PatchGallery = later(() => import("./patch-gallery.tsx").then((m) => m.PatchGallery));
const PromptCardDialog = later(() => import("./prompt-card-dialog.tsx").then((m) => m.PromptCardDialog));
const ReleaseCheckDialog = later(() => import("./release-check-dialog.tsx").then((m) => m.ReleaseCheckDialog));
const ReportDialog = later(() => import("./report-dialog.tsx").then((m) => m.ReportDialog));
const ShareDialog = later(() => import("./share-dialog.tsx").then((m) => m.ShareDialog));
const StorageDialog = later(() => import("./storage-dialog.tsx").then((m) => m.StorageDialog));

export function Dialogs() {
  useFocusBack();
  return (
    <Suspense fallback={null}>
      <OpenDialog />
    </Suspense>
  );
}

/** Whoever came to a dialog by keys goes on where they were. A closed dialog leaves the page at once, before its own way back would run. */
function useFocusBack(): void {
  const open = useUi(({ dialog }) => dialog.kind !== "none");
  useLayoutEffect(() => {
    const before = document.activeElement;
    if (!open || !(before instanceof HTMLElement)) return;
    return () => before.focus({ preventScroll: true });
  }, [open]);
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
    case "attention":
      return <AttentionDialog back={dialog.back} />;
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
    case "open-models":
      return <HubDialog dialog={dialog} />;
    case "backbone":
      return <BackboneDialog />;
    case "map-check":
      return <MapCheckDialog id={dialog.id} />;
    case "release-check":
      return <ReleaseCheckDialog id={dialog.id} />;
    case "prompt-card":
      return <PromptCardDialog id={dialog.id} />;
    case "report":
      return <ReportDialog />;
    case "storage":
      return <StorageDialog />;
    case "forget-slide":
      return <ForgetSlideDialog id={dialog.id} name={dialog.name} />;
    case "forget-everything":
      return <ForgetEverythingDialog />;
    case "end-validation":
      return <EndValidationDialog id={dialog.id} />;
    case "share":
      return <ShareDialog />;
    case "patches":
      return <PatchGallery title={dialog.title} patches={dialog.patches} />;
    case "declare-prompts":
      return <DeclareDialog file={dialog.file} />;
    case "origin":
      return <OriginDialog dialog={dialog} />;
    default:
      return dialog satisfies never;
  }
}
