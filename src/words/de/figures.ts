// Figures in German, as far as they carry.
export const figures = {
  "frozen features and the regression of the labels, no prompts":
    "eingefrorene Merkmale und die Regression der Labels, keine Prompts",
  "{prompts} prompts, {frozen} frozen features": "{prompts} Prompts, {frozen} eingefrorene Merkmale",
  "prompts alone": "nur Prompts",
  ", averaged over {views} turned and mirrored views of a patch":
    ", gemittelt über {views} gedrehte und gespiegelte Ansichten eines Patches",
  " ({low} to {high})": " ({low} bis {high})",
  "Frozen features are as good on the labels of this set: tuning made no held-out answer right or wrong that was not so before.":
    "Eingefrorene Merkmale sind an den Labels dieses Satzes ebenso gut: Durch das Tuning wurde keine zurückgehaltene Antwort richtig oder falsch, die es nicht schon war.",
  "Frozen features are as good on the labels of this set: tuning changes balanced accuracy by {points} points{bounds}.":
    "Eingefrorene Merkmale sind an den Labels dieses Satzes ebenso gut: Das Tuning ändert die balancierte Genauigkeit um {points} Punkte{bounds}.",
  "Score, not a probability.": "Score, keine Wahrscheinlichkeit.",
  "{n} places": { one: "1 Stelle", other: "{n} Stellen" },
  "{n} labels in {places}": { one: "1 Label in {places}", other: "{n} Labels in {places}" },
  "What a score is worth is shown from {fewest} held-out labels in {fewestPlaces} places on; there are {are}.":
    "Was ein Score wert ist, wird ab {fewest} zurückgehaltenen Labels in {fewestPlaces} Stellen gezeigt; es gibt {are}.",
  "How often the answer was right, by its score: on the diagonal a score is the share that is right. Mean distance {distance} points.":
    "Wie oft die Antwort richtig war, nach ihrem Score: Auf der Diagonale ist ein Score der Anteil richtiger. Mittlerer Abstand {distance} Punkte.",
  " (no interval below 10 places)": " (kein Intervall unter 10 Stellen)",
  "{name}: area {area}{bounds}, {labels} labels against {others}":
    "{name}: Fläche {area}{bounds}, {labels} Labels gegen {others}",
  "its others: {are}": "die anderen: {are}",
  "No ROC curve yet of {names}: that takes {fewest} held-out labels of a class, and of all others, in {fewestPlaces} places each.":
    "Noch keine ROC-Kurve von {names}: Dafür braucht es {fewest} zurückgehaltene Labels einer Klasse und aller anderen, je in {fewestPlaces} Stellen.",
  "{name}: no ROC curve below {fewest} held-out labels in {fewestPlaces} places ({few}).":
    "{name}: keine ROC-Kurve unter {fewest} zurückgehaltenen Labels in {fewestPlaces} Stellen ({few}).",
  "Held-out answers with such a score: {right} of {labels} right ({range} %).":
    "Zurückgehaltene Antworten mit solchem Score: {right} von {labels} richtig ({range} %).",
  "Classes weigh alike, however many labels each has": "Klassen wiegen gleich, wie viele Labels jede auch hat",
  "of {name} {times} times": "von {name} {times}-mal",
  "{alike}: a label counts inversely to its class, {each}.":
    "{alike}: Ein Label zählt umgekehrt zu seiner Klasse, {each}.",
  "it does not say how its backbone computes (read-out, heads, epsilon), which the same weights leave open":
    "er sagt nicht, wie sein Backbone rechnet (Auslesen, Köpfe, Epsilon), was dieselben Gewichte offen lassen",
  "pixels a side of the image": "Pixel je Bildseite",
  "pixels a side of a patch": "Pixel je Patchseite",
  blocks: "Blöcke",
  "token width": "Tokenbreite",
  "attention heads": "Attention-Köpfe",
  tokens: "Tokens",
  "tokens before the patches": "Tokens vor den Patches",
  "read-out": "Auslesen",
  features: "Merkmale",
  "epsilon of the layer norms": "Epsilon der Layer-Norms",
  activation: "Aktivierung",
  "it was made with {what}: {a}, and the backbone computes with {b}":
    "er wurde mit {what} {a} gemacht, und das Backbone rechnet mit {b}",
  "declared, not verified": "erklärt, nicht überprüft",
  "{n} slides": { one: "1 Schnitt", other: "{n} Schnitten" },
  "{n} cases": { one: "1 Fall", other: "{n} Fällen" },
  "{list} and {last}": "{list} und {last}",
  "{correct} of {n} held-out patches in {units} correct: {share}": {
    one: "{correct} von 1 zurückgehaltenen Patch in {units} richtig: {share}",
    other: "{correct} von {n} zurückgehaltenen Patches in {units} richtig: {share}",
  },
  "Tuning this way on {units} like those you labelled. The saved set was trained on all of them and has not itself been tested.":
    "So an {units} getunt, die den von Ihnen gelabelten gleichen. Der gespeicherte Satz wurde an allen trainiert und ist selbst nicht geprüft.",
  "a removed class": "eine entfernte Klasse",
  "Balanced accuracy {balanced}": "Balancierte Genauigkeit {balanced}",
  "Frozen features on the same folds: balanced accuracy {balanced}; {correct} of {total} correct: {share}":
    "Eingefrorene Merkmale an denselben Teilen: balancierte Genauigkeit {balanced}; {correct} von {total} richtig: {share}",
  "Always answering {name}: balanced accuracy {balanced} %; {correct} of {total} correct: {share} %":
    "Immer {name} antworten: balancierte Genauigkeit {balanced} %; {correct} von {total} richtig: {share} %",
  "Of the held-out labels, {names}.": "Von den zurückgehaltenen Labels: {names}.",
  "placed freely": "frei gesetzt",
  "placed where the app suggested": "gesetzt, wo die App es vorschlug",
  "accepted answers of the app": "angenommene Antworten der App",
  "drawn at random to check a map": "zufällig gezogen, um eine Karte zu prüfen",
  "ready labels that came with the slide": "fertige Labels, die mit dem Schnitt kamen",
  places: "Stellen",
  slides: "Schnitten",
  cases: "Fällen",
  "Label {names} in a second place to get an estimate.":
    "Labeln Sie {names} an einer zweiten Stelle, um eine Schätzung zu erhalten.",
  "Label {names} each in a second place to get an estimate.":
    "Labeln Sie {names} jeweils an einer zweiten Stelle, um eine Schätzung zu erhalten.",
  "Label {names} in a place further from your other labels to get an estimate.":
    "Labeln Sie {names} an einer Stelle, die weiter von Ihren anderen Labels entfernt ist, um eine Schätzung zu erhalten.",
  "Label {names} each in a place further from your other labels to get an estimate.":
    "Labeln Sie {names} jeweils an einer Stelle, die weiter von Ihren anderen Labels entfernt ist, um eine Schätzung zu erhalten.",
  "Label {names} on a second slide to get an estimate.":
    "Labeln Sie {names} auf einem zweiten Schnitt, um eine Schätzung zu erhalten.",
  "Label {names} each on a second slide to get an estimate.":
    "Labeln Sie {names} jeweils auf einem zweiten Schnitt, um eine Schätzung zu erhalten.",
  "Label {names} on a slide further from your other labels to get an estimate.":
    "Labeln Sie {names} auf einem Schnitt, der weiter von Ihren anderen Labels entfernt ist, um eine Schätzung zu erhalten.",
  "Label {names} each on a slide further from your other labels to get an estimate.":
    "Labeln Sie {names} jeweils auf einem Schnitt, der weiter von Ihren anderen Labels entfernt ist, um eine Schätzung zu erhalten.",
  "Label {names} in a second case to get an estimate.":
    "Labeln Sie {names} in einem zweiten Fall, um eine Schätzung zu erhalten.",
  "Label {names} each in a second case to get an estimate.":
    "Labeln Sie {names} jeweils in einem zweiten Fall, um eine Schätzung zu erhalten.",
  "Label {names} in a case further from your other labels to get an estimate.":
    "Labeln Sie {names} in einem Fall, der weiter von Ihren anderen Labels entfernt ist, um eine Schätzung zu erhalten.",
  "Label {names} each in a case further from your other labels to get an estimate.":
    "Labeln Sie {names} jeweils in einem Fall, der weiter von Ihren anderen Labels entfernt ist, um eine Schätzung zu erhalten.",
  "{from} to {to}": "{from} bis {to}",
  "Cannot tell yet: there is one label a class to learn from. Label each class in more places.":
    "Noch nicht zu sagen: Je Klasse gibt es nur ein Label zum Lernen. Labeln Sie jede Klasse an mehr Stellen.",
  "Cannot tell yet: your labels lie in {units}, and below 10 no interval can be given. Label in more of them.":
    "Noch nicht zu sagen: Ihre Labels liegen in {units}, und unter 10 kann kein Intervall angegeben werden. Labeln Sie in mehr davon.",
  "from {from} to {to} labels a class balanced accuracy changed by {points} points ({between})":
    "von {from} auf {to} Labels je Klasse änderte sich die balancierte Genauigkeit um {points} Punkte ({between})",
  "More labels would probably help: {gain}.": "Mehr Labels würden wahrscheinlich helfen: {gain}.",
  "More labels would probably not help much: {gain}, surely by less than {points}.":
    "Mehr Labels würden wahrscheinlich nicht viel helfen: {gain}, sicher um weniger als {points}.",
  "Cannot tell yet: {gain}, which may be nothing or much.":
    "Noch nicht zu sagen: {gain}; das kann nichts oder viel sein.",
  "{draws} draws (tuned: {tuned})": "{draws} Ziehungen (getunt: {tuned})",
  "{draws} draws": "{draws} Ziehungen",
  "Each time some of {units} are held out, the labels to learn from are drawn from the rest, and all {answered} labels are answered so; {draws}, 95 % intervals over draws and whole {unit}.":
    "Jedes Mal werden einige von {units} zurückgehalten, die Labels zum Lernen aus dem Rest gezogen und alle {answered} Labels so beantwortet; {draws}, 95-%-Intervalle über Ziehungen und ganze {unit}.",
  "Told by the last doubling of the labels, as curves flatten: above 0 by its whole interval, more would probably help; below {points} points by its whole interval, not much; else it cannot be told.":
    "Beurteilt nach der letzten Verdopplung der Labels, denn Kurven flachen ab: mit dem ganzen Intervall über 0 würden mehr wahrscheinlich helfen; mit dem ganzen Intervall unter {points} Punkten nicht viel; sonst ist es nicht zu sagen.",
  "Frozen features, no prompts": "Eingefrorene Merkmale, keine Prompts",
  visual: "visuell",
  instance: "Instanz",
  textual: "Text",
  " Of {compared} comparisons one in twenty is clear by chance alone.":
    " Von {compared} Vergleichen ist einer von zwanzig allein durch Zufall deutlich.",
  "Small differences mean nothing: one counts only where its interval leaves out 0.{chance}":
    "Kleine Unterschiede bedeuten nichts: Einer zählt nur, wo sein Intervall die 0 auslässt.{chance}",
  "No interval can be given below 10 places, and your labels lie in {units}: nothing can be told from these differences.":
    "Unter 10 Stellen kann kein Intervall angegeben werden, und Ihre Labels liegen in {units}: Aus diesen Unterschieden lässt sich nichts sagen.",
  "None of these prompts differs clearly from frozen features on your labels.":
    "Keiner dieser Prompts unterscheidet sich an Ihren Labels deutlich von eingefrorenen Merkmalen.",
} as const;
