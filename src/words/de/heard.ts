// What reaches the screen as English, in German: titles in a project's log, and what workers say of devices, backbones and estimates
// (heard.ts). No compiler asks for these; what is missing stays English.
export const heard = {
  "Research use only. Not for diagnostic procedures.": "Nur für Forschungszwecke. Nicht für diagnostische Verfahren.",
  "Add class {name}": "Klasse {name} anlegen",
  "Rename class {name}": "Klasse {name} umbenennen",
  "Remove class {name}": "Klasse {name} entfernen",
  "Change colour of {name}": "Farbe von {name} ändern",
  "Change key of {name}": "Taste von {name} ändern",
  "Label {count} patches {name}": "{count} Patches als {name} labeln",
  "Label {name} (suggested)": "{name} labeln (vorgeschlagen)",
  "Relabel 1 label {name}": "1 Label in {name} umlabeln",
  "Relabel {count} labels {name}": "{count} Labels in {name} umlabeln",
  "Relabel {name}": "In {name} umlabeln",
  "Remove label {name}": "Label {name} entfernen",
  "Remove 1 label": "1 Label entfernen",
  "Remove {count} labels": "{count} Labels entfernen",
  "Remove prompt set {name}": "Prompt-Satz {name} entfernen",
  "Learn from tissue: {name}": "Aus Gewebe lernen: {name}",
  "Load prompt set {name}": "Prompt-Satz {name} laden",
  "Load project {name}": "Projekt {name} laden",
  "Field of {um}": "Feld von {um}",
  "Use no prompts (frozen)": "Keine Prompts verwenden (eingefroren)",
  "Accept a suggested place": "Eine vorgeschlagene Stelle annehmen",
  "Accept {count} suggested places": "{count} vorgeschlagene Stellen annehmen",
  "Unsure of a patch": "Bei einem Patch unsicher",
  "Skip a suggested patch": "Einen vorgeschlagenen Patch auslassen",
  "Ready labels": "Fertige Labels",
  "Add tissue": "Gewebe hinzufügen",
  "Remove tissue": "Gewebe entfernen",
  "Draw {count} patches to check the map of {name}": "{count} Patches ziehen, um die Karte von {name} zu prüfen",
  "Check patch {at} of {count}: {answer}": "Patch {at} von {count} prüfen: {answer}",
  "Put patch {at} of the check off": "Patch {at} der Prüfung aufschieben",
  "Finish the check of the map": "Prüfung der Karte beenden",
  "Discard a check of the map": "Eine Prüfung der Karte verwerfen",
  "Release {count} labels of a check for tuning": "{count} Labels einer Prüfung für das Tuning freigeben",
  "Let a slide's labels only test": "Labels eines Schnitts nur prüfen lassen",
  "Release a slide's labels for tuning": "Labels eines Schnitts für das Tuning freigeben",
  "State stain and organ of a slide": "Färbung und Organ eines Schnitts angeben",
  "GPU ({name})": "Grafikkarte ({name})",
  "Processor, 1 thread": "Prozessor, 1 Thread",
  "Processor, {count} threads": "Prozessor, {count} Threads",
  "This browser's WebGPU runs in software here, which is slower than the processor.":
    "WebGPU läuft in diesem Browser hier in Software; das ist langsamer als der Prozessor.",
  "WebGPU needs a secure page (https, or localhost); this one is not.":
    "WebGPU braucht eine sichere Seite (https oder localhost); diese ist es nicht.",
  "This browser has no WebGPU.": "Dieser Browser hat kein WebGPU.",
  "This browser has WebGPU, but found no graphics adapter it may use.":
    "Dieser Browser hat WebGPU, fand aber keine Grafikkarte, die er verwenden darf.",
  "The GPU could not be opened: {reason}": "Die Grafikkarte konnte nicht geöffnet werden: {reason}",
  "This backbone is too large to tune more than its last {blocks} of {depth} blocks in the browser's memory without a graphics card.":
    "Dieses Backbone ist zu groß, um ohne Grafikkarte im Speicher des Browsers mehr als die letzten {blocks} von {depth} Blöcken zu tunen.",
  '"{name}" has prompts but no head, so it makes no map. Tune it with labels first.':
    "„{name}“ hat Prompts, aber keinen Kopf; daher entsteht daraus keine Karte. Tunen Sie ihn zuerst mit Labels.",
  '"{name}" has prompts but no head: label places of two classes, and it scores by them.':
    "„{name}“ hat Prompts, aber keinen Kopf: Labeln Sie Stellen zweier Klassen, und er bewertet danach.",
  'The classes of "{name}" name drawings of one slide: it gives no scores on any other.':
    "Die Klassen von „{name}“ benennen Zeichnungen eines Schnitts: Auf anderen gibt er keine Scores.",
  "the reference features of the model's test patch, computed by PyTorch":
    "die Referenzmerkmale des Testpatches des Modells, mit PyTorch berechnet",
  "the same two patches one by one": "dieselben zwei Patches einzeln",
  "the processor": "der Prozessor",
  "differences of the loss along {count} random directions":
    "Differenzen des Verlusts entlang {count} zufälliger Richtungen",
  "the processor's gradient (cosine {cosine})": "der Gradient des Prozessors (Kosinus {cosine})",
  "|mean|/std of what enters its {count} layer norms": "|Mittel|/Std. dessen, was in seine {count} Layer-Norms geht",
  "|mean|/std of what enters its layer norms; {count} of {all} are computed in two passes for it":
    "|Mittel|/Std. dessen, was in seine Layer-Norms geht; {count} von {all} werden deshalb in zwei Durchgängen berechnet",
  "Finished early: the held-out estimate belongs to a full tuning. Tune again to the end to get one.":
    "Vorzeitig beendet: Die Schätzung an zurückgehaltenen Labels gehört zu einem vollständigen Tuning. Tunen Sie noch einmal bis zum Ende, um eine zu erhalten.",
  "The training diverged and its last good state was kept, which no fold has tested. Tune with a lower learning rate to get an estimate.":
    "Das Training lief auseinander, und sein letzter guter Stand blieb, den kein Teil geprüft hat. Tunen Sie mit kleinerer Lernrate, um eine Schätzung zu erhalten.",
  "Label a second class to get an estimate.": "Labeln Sie eine zweite Klasse, um eine Schätzung zu erhalten.",
  "a constant share, by its settings": "ein fester Anteil, nach seinen Einstellungen",
  "a constant share, as asked": "ein fester Anteil, nach seinen Einstellungen",
  "prompts only, as asked": "nur Prompts, wie verlangt",
  "frozen features only, as asked": "nur eingefrorene Merkmale, wie verlangt",
  "constants: fewer than {count} labels in a class": "feste Werte: weniger als {count} Labels in einer Klasse",
  "constants: too few units to hold any out": "feste Werte: zu wenige Einheiten, um welche zurückzuhalten",
  "constants: finished early, before there was a choice": "feste Werte: vorzeitig beendet, bevor es eine Wahl gab",
  "frozen features only: the default, which no other beat by one standard error":
    "nur eingefrorene Merkmale: die Vorgabe, die nichts anderes um einen Standardfehler übertraf",
  "a quarter prompts: better than the default by more than one standard error":
    "ein Viertel Prompts: um mehr als einen Standardfehler besser als die Vorgabe",
  "half prompts, half frozen features: better than the default by more than one standard error":
    "halb Prompts, halb eingefrorene Merkmale: um mehr als einen Standardfehler besser als die Vorgabe",
  "three quarters prompts: better than the default by more than one standard error":
    "drei Viertel Prompts: um mehr als einen Standardfehler besser als die Vorgabe",
  "prompts only: better than the default by more than one standard error":
    "nur Prompts: um mehr als einen Standardfehler besser als die Vorgabe",
  "Pathology features under a free licence": "Pathologie-Merkmale unter freier Lizenz",
  "Pathology features, small, under a free licence": "Pathologie-Merkmale, klein, unter freier Lizenz",
  "Pathology features, trained on TCGA slides at several magnifications":
    "Pathologie-Merkmale, an TCGA-Schnitten in mehreren Vergrößerungen trainiert",
  "Pathology features, small, with tokens of 8 px": "Pathologie-Merkmale, klein, mit Tokens von 8 px",
  "Pathology features": "Pathologie-Merkmale",
  "Pathology features; large: slow without a graphics card": "Pathologie-Merkmale; groß: langsam ohne Grafikkarte",
  "Natural images: a baseline that knows no pathology, ready as ONNX":
    "Natürliche Bilder: ein Vergleich, der keine Pathologie kennt, fertig als ONNX",
  "several magnifications; which ones was not verified": "mehrere Vergrößerungen; welche, wurde nicht überprüft",
  "natural images have none: any, stated by you": "natürliche Bilder haben keines: jedes, von Ihnen angegeben",
  "{vit} with {count} registers, {width} features": "{vit} mit {count} Registern, {width} Merkmale",
  "{vit}, {width} features": "{vit}, {width} Merkmale",
  "Owkin non-commercial licence.": "Nichtkommerzielle Owkin-Lizenz.",
  "Lunit non-commercial licence.": "Nichtkommerzielle Lunit-Lizenz.",
  "Kaiko Non-Commercial licence, version 1.": "Nichtkommerzielle Kaiko-Lizenz, Version 1.",
  "Creative Commons BY-NC-ND 4.0: no commercial use, no passing on of converted copies.":
    "Creative Commons BY-NC-ND 4.0: keine kommerzielle Nutzung, keine Weitergabe umgewandelter Kopien.",
  "No estimate was asked for.": "Es wurde keine Schätzung verlangt.",
  "Choose a kind of prompts to compare.": "Wählen Sie eine Art von Prompts zum Vergleich.",
  "A backbone has no classes of its own. Label two patches in two classes, or load a prompt set.":
    "Ein Backbone hat keine eigenen Klassen. Labeln Sie zwei Patches in zwei Klassen oder laden Sie einen Prompt-Satz.",
  "The tab was closed, reloaded or crashed during this tuning. Your labels are kept; tune again.":
    "Der Tab wurde während dieses Tunings geschlossen, neu geladen oder stürzte ab. Ihre Labels sind erhalten; tunen Sie noch einmal.",
  "The bytes of this prompt set are not kept in this browser. Load its file again.":
    "Die Bytes dieses Prompt-Satzes werden in diesem Browser nicht behalten. Laden Sie seine Datei noch einmal.",
  "frozen features only: better than the default by more than one standard error":
    "nur eingefrorene Merkmale: um mehr als einen Standardfehler besser als die Vorgabe",
  "a quarter prompts: the default, which no other beat by one standard error":
    "ein Viertel Prompts: die Vorgabe, die nichts anderes um einen Standardfehler übertraf",
  "half prompts, half frozen features: the default, which no other beat by one standard error":
    "halb Prompts, halb eingefrorene Merkmale: die Vorgabe, die nichts anderes um einen Standardfehler übertraf",
  "half learned prompts, half frozen features: the default, which no other beat by one standard error":
    "halb gelernte Prompts, halb eingefrorene Merkmale: die Vorgabe, die nichts anderes um einen Standardfehler übertraf",
  "half learned prompts, half frozen features: better than the default by more than one standard error":
    "halb gelernte Prompts, halb eingefrorene Merkmale: um mehr als einen Standardfehler besser als die Vorgabe",
  "three quarters prompts: the default, which no other beat by one standard error":
    "drei Viertel Prompts: die Vorgabe, die nichts anderes um einen Standardfehler übertraf",
  "prompts only: the default, which no other beat by one standard error":
    "nur Prompts: die Vorgabe, die nichts anderes um einen Standardfehler übertraf",
  "constants: too few places to hold any out": "feste Werte: zu wenige Stellen, um welche zurückzuhalten",
  "constants, as asked": "feste Werte, wie gewünscht",
  "1 label lies where the prompts were learned, and nothing was held out there":
    "1 Label liegt, wo die Prompts gelernt wurden; dort wurde nichts zurückgehalten",
  "{near} labels lie where the prompts were learned, and nothing was held out there":
    "{near} Labels liegen, wo die Prompts gelernt wurden; dort wurde nichts zurückgehalten",
  "{near} of {all} labels lie where the prompts were learned, so they cannot be held out, and too few others are left. Learn again: the places of all labels are then left out.":
    "{near} von {all} Labels liegen, wo die Prompts gelernt wurden, und können nicht zurückgehalten werden; zu wenige andere sind übrig. Lernen Sie noch einmal: Dabei werden die Stellen aller Labels ausgelassen.",
  "There are {places} places of tissue to learn from away from labels, and {least} are needed. Open another slide of the same kind beside it, choose a smaller field, or tune on labels only.":
    "Abseits der Labels gibt es {places} Gewebestellen zum Lernen, und {least} werden gebraucht. Öffnen Sie daneben einen weiteren Schnitt derselben Art, wählen Sie ein kleineres Feld, oder tunen Sie nur mit Labels.",
  '"{name}" was learned from patches of {mpp} um/px. Choose the field size it was learned with, or learn again.':
    "„{name}“ wurde aus Patches mit {mpp} µm/px gelernt. Wählen Sie die Feldgröße, mit der gelernt wurde, oder lernen Sie noch einmal.",
  "The learned prompts are not loaded. Load their file again.":
    "Die gelernten Prompts sind nicht geladen. Laden Sie ihre Datei noch einmal.",
} as const;
