// German: every text of the app by its English. A text that is missing here does not compile where it is said (say.ts).
import { attention } from "./de/attention.ts";
import { backbone } from "./de/backbone.ts";
import { commands } from "./de/commands.ts";
import { commandsMore } from "./de/commands-more.ts";
import { figures } from "./de/figures.ts";
import { frame } from "./de/frame.ts";
import { heard } from "./de/heard.ts";
import { imports } from "./de/imports.ts";
import { labels } from "./de/labels.ts";
import { learning } from "./de/learning.ts";
import { map } from "./de/map.ts";
import { page } from "./de/page.ts";
import { report } from "./de/report.ts";
import { slides } from "./de/slides.ts";
import { state } from "./de/state.ts";
import { tuning } from "./de/tuning.ts";
import { view } from "./de/view.ts";

export const de = {
  ...attention,
  ...backbone,
  ...commands,
  ...commandsMore,
  ...figures,
  ...frame,
  ...heard,
  ...imports,
  ...labels,
  ...learning,
  ...map,
  ...page,
  ...report,
  ...slides,
  ...state,
  ...tuning,
  ...view,
} as const;
