// Learning prompts from tissue without labels, in German: its section beside Tune, its sets, their cards.
export const learning = {
  "Learn from this slide": "Aus diesem Schnitt lernen",
  "Learn from {n} open slides": {
    one: "Aus diesem Schnitt lernen",
    other: "Aus {n} offenen Schnitten lernen",
  },
  "Cancel learning from the slide": "Lernen aus dem Schnitt abbrechen",
  "Learn this tissue": "Dieses Gewebe lernen",
  "Learn this tissue first (optional)": "Zuerst dieses Gewebe lernen (freiwillig)",
  "Learn this tissue again": "Dieses Gewebe noch einmal lernen",
  "Without labels, prompts are tuned on about {places} places of {n} open slides, away from your labels.": {
    one: "Ohne Labels werden Prompts an etwa {places} Stellen dieses Schnitts getunt, abseits Ihrer Labels.",
    other:
      "Ohne Labels werden Prompts an etwa {places} Stellen von {n} offenen Schnitten getunt, abseits Ihrer Labels.",
  },
  "About {time} here; you can go on working.": "Hier etwa {time}; Sie können weiterarbeiten.",
  "Takes minutes; you can go on working.": "Dauert Minuten; Sie können weiterarbeiten.",
  "Tunes prompts on the tissue itself, without labels (Shift+T)":
    "Tunt Prompts am Gewebe selbst, ohne Labels (Umschalt+T)",
  "Learning from tissue": "Lernen aus Gewebe",
  "Learning from tissue, {percent} %": "Lernen aus Gewebe, {percent} %",
  "Cancelling…": "Wird abgebrochen…",
  "You can go on working: labels you add now count in the next tuning.":
    "Sie können weiterarbeiten: Labels, die Sie jetzt setzen, zählen im nächsten Tuning.",
  "It ends after the step at hand.": "Es endet nach dem laufenden Schritt.",
  "Close other tabs and programs, or tune on labels only.":
    "Schließen Sie andere Tabs und Programme, oder tunen Sie nur an Labels.",
  "Close other tabs and programs and start again, or tune on labels only.":
    "Schließen Sie andere Tabs und Programme und starten Sie noch einmal, oder tunen Sie nur an Labels.",
  "Nothing was changed; start again.": "Nichts wurde geändert; starten Sie noch einmal.",
  "Nothing was changed; start again when the slide can be read.":
    "Nichts wurde geändert; starten Sie noch einmal, wenn der Schnitt wieder gelesen werden kann.",
  "Learned from {n} places; Tune starts from them now.": {
    one: "Aus 1 Stelle gelernt; das Tunen beginnt jetzt damit.",
    other: "Aus {n} Stellen gelernt; das Tunen beginnt jetzt damit.",
  },
  "Learning from tissue has ended. It is kept, and Tune starts from it.":
    "Das Lernen aus Gewebe ist fertig. Es ist gespeichert, und das Tunen beginnt damit.",
  "Learning from tissue failed": "Das Lernen aus Gewebe ist fehlgeschlagen",
  '"{name}" was closed while it was learned from. Open it again, then start again.':
    "„{name}“ wurde geschlossen, während daraus gelernt wurde. Öffnen Sie ihn wieder und starten Sie noch einmal.",
  "Nothing is being learned from tissue.": "Es wird gerade nicht aus Gewebe gelernt.",
  "Prompts are being learned from tissue. Let that end, or cancel it.":
    "Prompts werden gerade aus Gewebe gelernt. Lassen Sie das enden, oder brechen Sie es ab.",
  'Labels on "{name}" only test: nothing is learned from it. Show another slide.':
    "Labels auf „{name}“ prüfen nur: Daraus wird nichts gelernt. Zeigen Sie einen anderen Schnitt.",
  "Learned {made}, no labels": "Gelernt {made}, ohne Labels",
  "Start from": "Beginnen mit",
  "Labels only": "Nur Labels",
  "Tune starts from: {name}": "Tunen beginnt mit: {name}",
  "No tuning can start from this prompt set here.": "Mit diesem Prompt-Satz kann hier kein Tuning beginnen.",
  "Loaded: Tune starts from it now.": "Geladen: Das Tunen beginnt jetzt damit.",
  "Seconds, with the held-out estimate: the prompts are there, labels fit what answers with them.":
    "Sekunden, mit Schätzung an zurückgehaltenen Labels: Die Prompts sind da, die Labels passen an, was damit antwortet.",
  "The estimate, on places held out, and what answers: seconds, as the prompts are learned already.":
    "Die Schätzung, an zurückgehaltenen Stellen, und was antwortet: Sekunden, denn die Prompts sind schon gelernt.",
  "The prompts are those of “{name}” and are not trained: only seed, views and frozen features count. Start from labels only to set the rest.":
    "Die Prompts sind die von „{name}“ und werden nicht trainiert: Nur Startwert, Ansichten und eingefrorene Merkmale zählen. Mit „Nur Labels“ lässt sich der Rest einstellen.",
  "Comes with the learned prompts": "Kommt mit den gelernten Prompts",
  "learned without labels from {places} of {slides}": "ohne Labels gelernt an {places} von {slides}",
  "prompts {learned}": "Prompts {learned}",
  "prompts learned without labels": "Prompts ohne Labels gelernt",
  "transductive here": "hier transduktiv",
  "{learned}; {epochs} epochs in steps of {batch}, learning rate {learningRate}, seed {seed}":
    "{learned}; {epochs} Epochen in Schritten von {batch}, Lernrate {learningRate}, Startwert {seed}",
  "From tissue": "Aus Gewebe",
  "Judged on the same slides": "Auf denselben Schnitten beurteilt",
  "a figure on slides it learned from is transductive: it had seen their tissue, though no label": {
    one: "eine Zahl auf dem Schnitt, aus dem er gelernt hat, ist transduktiv: Er hatte dessen Gewebe gesehen, doch kein Label",
    other:
      "eine Zahl auf Schnitten, aus denen er gelernt hat, ist transduktiv: Er hatte deren Gewebe gesehen, doch kein Label",
  },
  "none; a tuning on labels gives it classes": "keine; ein Tuning an Labels gibt ihm Klassen",
  "no figure: without labels it answers nothing": "keine Zahl: Ohne Labels beantwortet er nichts",
  "Transductive: its prompts had seen the tissue of these slides, though none of its labels.":
    "Transduktiv: Seine Prompts hatten das Gewebe dieser Schnitte gesehen, doch keines der Labels.",
  "{n} places learned from without labels": {
    one: "1 Stelle, an der ohne Labels gelernt wurde",
    other: "{n} Stellen, an denen ohne Labels gelernt wurde",
  },
  "Learned from its tissue, and naming it by its fingerprint: {names}.":
    "Aus seinem Gewebe gelernt und nach seinem Fingerabdruck benannt: {names}.",
} as const;
