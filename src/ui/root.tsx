// The page: three columns, two strips, and what floats over them.
import { say } from "../words/say.ts";
import "@mantine/core/styles.css";
import "../viewer/viewer.css";
import "./tokens.css";
import "./layout.css";
import "./parts.css";
import "./figures.css";
import "./import.css";
import "./hub.css";
import "./map.css";
import "./view-tools.css";
import "./trust.css";
import "./label.css";
import "./attention.css";
import { MantineProvider } from "@mantine/core";
import { lazy, Suspense, useMemo } from "react";
import { useStore } from "zustand";
import { type App, AppContext, useUi } from "./app-context.ts";
import { BackbonePanel } from "./backbone-card.tsx";
import { ClassPanel } from "./class-panel.tsx";
import { Dialogs } from "./dialogs.tsx";
import { DropTarget } from "./drop-target.tsx";
import { EstimatePanel } from "./estimate-panel.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { FooterBar } from "./footer-bar.tsx";
import { useKeyboard } from "./keyboard.ts";
import { MapPanel } from "./map-panel.tsx";
import { MissingSlides } from "./missing-slides.tsx";
import { PatchPanel } from "./patch-panel.tsx";
import { PromptSetPanel } from "./prompt-set-panel.tsx";
import { SlideStage } from "./slide-stage.tsx";
import { cssVariables, pageTheme } from "./theme.ts";
import { TopBar } from "./top-bar.tsx";
import { TunePanel } from "./tune-panel.tsx";

const StudyPanel = lazy(async () => ({ default: (await import("./study-panel.tsx")).StudyPanel }));
const ValidationPanel = lazy(async () => ({ default: (await import("./validation-panel.tsx")).ValidationPanel }));
const ZonePanel = lazy(async () => ({ default: (await import("./zone-panel.tsx")).ZonePanel }));
const Tour = lazy(async () => ({ default: (await import("./tour.tsx")).Tour }));

export function Root({ app }: Readonly<{ app: App }>) {
  // Texts are said while drawing: another language draws everything anew, and what is open stays open.
  const language = useStore(app.ui, (state) => state.language);
  const theme = useMemo(pageTheme, [language]);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <AppContext value={app}>
        <Page />
      </AppContext>
    </MantineProvider>
  );
}

function Page() {
  useKeyboard();
  const touring = useUi((state) => state.tour !== null);
  return (
    <div className="pt-shell">
      <TopBar />
      <aside className="pt-panel pt-left" aria-label={say("What you say")}>
        <MissingSlides />
        <FirstSteps />
        <ClassPanel />
        <BackbonePanel />
        <PromptSetPanel />
        <Suspense fallback={null}>
          <ZonePanel />
        </Suspense>
      </aside>
      <SlideStage />
      <aside className="pt-panel pt-right" aria-label={say("What it says")}>
        <PatchPanel />
        <TunePanel />
        <MapPanel />
        <EstimatePanel />
        <Suspense fallback={null}>
          <StudyPanel />
          <ValidationPanel />
        </Suspense>
      </aside>
      <FooterBar />
      <Dialogs />
      {touring && (
        <Suspense fallback={null}>
          <Tour />
        </Suspense>
      )}
      <DropTarget />
    </div>
  );
}
