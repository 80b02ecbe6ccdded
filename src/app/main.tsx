// The page's roof: workers, stores, journal, the first slide and the model; then React draws. Nobody imports this.
import { createRoot } from "react-dom/client";
import type { ProjectId } from "../base/brand.ts";
import { type Fault, toFault } from "../base/fault.ts";
import type { Journal } from "../domain/keeping.ts";
import { ownClasses } from "../domain/other-class.ts";
import { emptyProject, type Project, type SlideRef } from "../domain/project.ts";
import { createFileHandles } from "../platform/page/file-handles.ts";
import { createIndexedDbJournalStore } from "../platform/page/journal-store.ts";
import { createIndexedDbMapStore } from "../platform/page/map-store.ts";
import { createIndexedDbModelStore } from "../platform/page/model-store.ts";
import { createActionContext, perform, stateOf } from "../state/action.ts";
import { followScorer } from "../state/actions/clicks.ts";
import { engineDied } from "../state/actions/engine.ts";
import { startHub } from "../state/actions/hub.ts";
import { recoverModel, reloadModel, startModel } from "../state/actions/models.ts";
import { forgetOpenSlides } from "../state/actions/slides.ts";
import { settleInterruptedRuns } from "../state/actions/tuning.ts";
import { followFamiliarity } from "../state/follow-familiarity.ts";
import { followMaps } from "../state/follow-maps.ts";
import { followTissue } from "../state/follow-tissue.ts";
import { createProjectStore } from "../state/project-store.ts";
import { isTuning } from "../state/selectors.ts";
import { createSessionStore, notify } from "../state/session-store.ts";
import { engineAgain } from "../state/tune-through.ts";
import type { App } from "../ui/app-context.ts";
import { faultWords } from "../ui/fault-words.ts";
import { startLanguage } from "../ui/language.ts";
import { Root } from "../ui/root.tsx";
import { createStage } from "../ui/stage.ts";
import { createUiStore } from "../ui/ui-store.ts";
import { parseViewAddress } from "../viewer/view-address.ts";
import { say } from "../words/say.ts";
import { askedProvider, askedSlide, asksEmbedded, manifestUrl, textLibraryUrl } from "./addresses.ts";
import { followIndex, leadIn } from "./background.ts";
import { readCapabilities } from "./capabilities.ts";
import { createHost, saveFile } from "./host.ts";
import { createHub } from "./hub.ts";
import { createKeeping } from "./keeping.ts";
import { waitForLinkedSlide } from "./linked-view.ts";
import { approveOrigins, countTraffic, prepareOffline, tellOfNewVersion } from "./offline.ts";
import { createTexts } from "./texts.ts";
import { createUnkeptJournal } from "./unkept-journal.ts";
import { mostRestarts, startWorkers } from "./workers.ts";

const projectId = "default" as ProjectId;

function newId(): string {
  // Not randomUUID: pages that are not served over https do not have it.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

type Kept = Readonly<{ project: Project; journal: Journal; warnings: readonly string[]; fault: Fault | null }>;

async function openJournal(): Promise<Kept> {
  try {
    const opened = await createIndexedDbJournalStore().open(projectId, new AbortController().signal);
    return { ...opened, fault: null };
  } catch (error) {
    const fault = toFault(error, "storage", say("Your saved work could not be opened"));
    return { project: emptyProject(projectId), journal: createUnkeptJournal(fault), warnings: [], fault };
  }
}

async function start(element: HTMLElement): Promise<void> {
  if (!(await prepareOffline())) return;
  const session = createSessionStore();
  countTraffic(session);
  tellOfNewVersion(session);
  // Before the workers: nothing is awaited from here on, so that one that dies at once finds everything there.
  const [language, { project, journal, warnings, fault }] = await Promise.all([startLanguage(), openJournal()]);
  const workers = startWorkers({
    onSlideDeath: (fault, restarts) => {
      const next =
        restarts > mostRestarts ? say("It keeps stopping: reload the page.") : say("Slides are opened again.");
      notify(session, "error", `${faultWords(fault)} ${next}`, fault);
      const lost = forgetOpenSlides(context);
      if (restarts <= mostRestarts) void reopenLost(lost);
    },
    onEngineDeath: (fault, restarts) => {
      const next =
        restarts > mostRestarts ? say("It keeps stopping: reload the page.") : say("The model is loaded again.");
      // A tuning says itself what became of it, and starts again what keeps stopping as long as it gets on.
      if (!isTuning(stateOf(context)))
        notify(
          session,
          "error",
          say("{message} {next} Your labels are safe.", { message: faultWords(fault), next }),
          fault,
        );
      if (restarts <= mostRestarts) void perform(context, recoverModel, { fault });
      else engineDied(context, fault);
    },
  });
  const projectStore = createProjectStore({
    project,
    journal,
    now: () => Date.now(),
    onFault: (failed) => notify(session, "error", failed.message, failed),
  });
  const context = createActionContext({
    project: projectStore,
    session,
    journal,
    get slides() {
      return workers.slides;
    },
    get engine() {
      return workers.engine;
    },
    restartEngine: () => engineAgain(session, replaceEngine),
    models: createIndexedDbModelStore(),
    texts: createTexts(textLibraryUrl()),
    hub: createHub(approveOrigins),
    mapStore: createIndexedDbMapStore(),
    embedded: { kind: "folder", manifestUrl: manifestUrl() },
    prefer: askedProvider(),
    newId,
    saveFile,
  });
  const replaceEngine = (): void => {
    workers.restartEngine();
    void perform(context, reloadModel);
  };
  const reopenLost = async (lost: ReturnType<typeof forgetOpenSlides>): Promise<void> => {
    const { slides } = context.project.getState().project;
    const shownFirst = lost.toSorted((a, b) => Number(b.show) - Number(a.show));
    for (const { id, show } of shownFirst) {
      const slide = slides.get(id);
      if (!(await host.openLost(id, show)) && slide) await reopenQuietly(slide, show);
    }
  };
  /** A worker keeps the policy it was started with. */
  const approve = async (origins: readonly string[]): Promise<void> => {
    if (!(await approveOrigins(origins))) return;
    workers.restartSlides();
    // Before what was approved is opened: that would cancel the slide that is shown, and a map of it would wait for a person.
    await reopenLost(forgetOpenSlides(context));
  };
  const ui = createUiStore(language);
  const handles = createFileHandles();
  const host = createHost({
    context,
    ui,
    handles,
    approve,
    restartEngine: replaceEngine,
  });

  /** Without asking anybody; what needs a person stays in the list of slides to open again. */
  const reopenQuietly = async (slide: SlideRef, show: boolean): Promise<boolean> => {
    if (slide.source.kind === "embedded") return host.showDemo(show);
    if (slide.source.kind === "url") return false;
    const found = await handles.reopenSilently(slide.id).catch(() => null);
    return found !== null && host.openAgain(found, { expected: slide.id, show });
  };

  const page = createRoot(element);
  const keeping = createKeeping({
    context,
    handles,
    freshWorkers: () => {
      workers.restartSlides();
      reopenLost(forgetOpenSlides(context));
      replaceEngine();
    },
    stop: () => {
      page.unmount();
      for (const latest of [context.sweeping, context.tuning, context.indexing, context.clicks, context.loading]) {
        latest.cancel();
      }
      workers.stop();
      void journal.close();
    },
    element,
  });
  const app: App = { context, host, keeping, ui, stage: createStage() };
  page.render(<Root app={app} />);

  if (fault) notify(session, "error", fault.message, fault);
  for (const warning of warnings) notify(session, "warning", warning);
  settleInterruptedRuns(context);
  followScorer(context);
  followTissue(context);
  followMaps(context);
  followFamiliarity(context);
  leadIn(context, project.slides.size === 0 && ownClasses(project.classes).length === 0);
  followIndex(context);
  void readCapabilities().then((capabilities) => session.setState({ capabilities }));
  void perform(context, startHub);
  void perform(context, startModel, { embedded: asksEmbedded() });
  const { hash } = location;
  await firstSlides(context.project.getState().project, host, reopenQuietly);
  if (askedSlide() === null) waitForLinkedSlide(session, hash);
}

/** The slide on the screen first, then, behind it, those the labels are on. */
async function firstSlides(
  project: Project,
  host: ReturnType<typeof createHost>,
  reopenQuietly: (slide: SlideRef, show: boolean) => Promise<boolean>,
): Promise<void> {
  const asked = askedSlide();
  const linked = parseViewAddress(location.hash)?.slide ?? null;
  const wanted = linked ? [...project.slides.values()].find((slide) => slide.id.startsWith(linked)) : undefined;
  if (asked !== null) host.openUrl(asked);
  else if (!wanted || !(await reopenQuietly(wanted, true))) await host.showDemo(true);
  const labelled = new Set([...project.labels.values()].map((label) => label.slideId));
  for (const slide of project.slides.values()) {
    if (slide.id !== wanted?.id && labelled.has(slide.id)) await reopenQuietly(slide, false);
  }
}

const element = document.getElementById("root");
if (!element) throw new Error("assertion failed: the page has no #root");
void start(element);
