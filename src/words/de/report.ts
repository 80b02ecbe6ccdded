// Prompt card and report in German.
export const report = {
  "1 patch": "1 Patch",
  "{count} patches": "{count} Patches",
  Name: "Name",
  "Tells apart": "Unterscheidet",
  "no classes of its own": "keine eigenen Klassen",
  Backbone: "Backbone",
  "{name}, weights {digest}; no other can use it": "{name}, Gewichte {digest}; kein anderes kann ihn verwenden",
  Patches: "Patches",
  "{size} µm wide: {patchPixels} px at {mpp} µm/px": "{size} µm breit: {patchPixels} px bei {mpp} µm/px",
  Origin: "Herkunft",
  "a file of others: {declaredWords}. Nothing in it says that it belongs to this backbone.":
    "eine Datei anderer: {declaredWords}. Nichts darin sagt, dass sie zu diesem Backbone gehört.",
  "Made by": "Gemacht mit",
  Stain: "Färbung",
  Organ: "Organ",
  Labels: "Labels",
  Synthetic: "Synthetisch",
  "learned from drawings: its figures test the software and say nothing about tissue":
    "aus Zeichnungen gelernt: Seine Zahlen prüfen die Software und sagen nichts über Gewebe",
  "Only on": "Nur auf",
  "one slide ({onlyOn}): its classes mean nothing elsewhere":
    "einem Schnitt ({onlyOn}): Seine Klassen bedeuten anderswo nichts",
  "Made from": "Gemacht aus",
  "prompt set {parent}": "Prompt-Satz {parent}",
  Holds: "Enthält",
  "{trained} trained numbers, {bytes} bytes, sha256 {id}": "{trained} trainierte Zahlen, {bytes} Bytes, sha256 {id}",
  Licence: "Lizenz",
  Use: "Verwendung",
  "Labels' digest": "Prüfsumme der Labels",
  "Answers by": "Antwortet mit",
  "not stated": "nicht angegeben",
  "{tokensPerBlock} visual tokens in each of the last {blocks} blocks":
    "{tokensPerBlock} visuelle Tokens in jedem der letzten {blocks} Blöcke",
  "{tokens} tokens made of each patch": "{tokens} Tokens aus jedem Patch",
  "{texts} tokens of text": "{texts} Tokens aus Text",
  "{kinds}; {epochs} epochs, learning rate {learningRate}, seed {seed}":
    "{kinds}; {epochs} Epochen, Lernrate {learningRate}, Startwert {seed}",
  "none are stated": "keine angegeben",
  "How good": "Wie gut",
  "not known: it came without a held-out estimate": "nicht bekannt: Er kam ohne Schätzung an zurückgehaltenen Labels",
  "no figure: {headline}": "keine Zahl: {headline}",
  "Beside it": "Daneben",
  "By which protocol": "Nach welchem Verfahren",
  "cross-validation in {folds} folds over {units}, held out whole. {meaning}":
    "Kreuzvalidierung in {folds} Teilen über {units}, als Ganzes zurückgehalten. {meaning}",
  "Held out were": "Zurückgehalten waren",
  "Without a figure": "Ohne Zahl",
  "Patient data": "Patientendaten",
  "may contain numbers derived from patient images: the file does not say what it was made from":
    "kann aus Patientenbildern abgeleitete Zahlen enthalten: Die Datei sagt nicht, woraus sie gemacht wurde",
  "may contain numbers derived from patient images: it does not say of how many patches":
    "kann aus Patientenbildern abgeleitete Zahlen enthalten: Er sagt nicht, aus wie vielen Patches",
  "contains numbers derived from {patches} of drawings; no pixels":
    "enthält aus {patches} von Zeichnungen abgeleitete Zahlen; keine Pixel",
  "contains numbers derived from {patches} of patient images; no pixels":
    "enthält aus {patches} von Patientenbildern abgeleitete Zahlen; keine Pixel",
  "Prompt card": "Datenblatt des Prompt-Satzes",
  "where the app suggested": "wo die App es vorschlug",
  "accepted answers": "angenommene Antworten",
  "came with the slide": "kamen mit dem Schnitt",
  "drawn at random": "zufällig gezogen",
  "PathoTune report of slide {id}": "PathoTune-Bericht zum Schnitt {id}",
  "Synthetic: this slide is drawn by a program. Nothing here is evidence about tissue.":
    "Synthetisch: Dieser Schnitt ist von einem Programm gezeichnet. Nichts hier ist ein Beleg über Gewebe.",
  "The pictures show tissue of a patient: pass this file on as you would pass on the slide.":
    "Die Bilder zeigen Gewebe eines Patienten: Geben Sie diese Datei weiter, wie Sie den Schnitt weitergeben würden.",
  Slide: "Schnitt",
  "Made by PathoTune {appVersion} in the browser. File names, addresses, cases and the slide's own fields are left out.":
    "Erstellt von PathoTune {appVersion} im Browser. Dateinamen, Adressen, Fälle und die eigenen Felder des Schnitts sind weggelassen.",
  Identity: "Identität",
  "{id} (of its content, not of its name)": "{id} (seines Inhalts, nicht seines Namens)",
  Size: "Größe",
  Scale: "Maßstab",
  "Area of the patches called a class, not area of tumour": "Fläche der so benannten Patches, nicht Tumorfläche",
  Called: "Benannt",
  patches: "Patches",
  area: "Fläche",
  uncertain: "unsicher",
  "not computed": "nicht berechnet",
  "Answered by “{name}”, called from a score of {threshold}; scores, not probabilities.":
    "Beantwortet von „{name}“, benannt ab einem Score von {threshold}; Scores, keine Wahrscheinlichkeiten.",
  "{labelled} labelled patches are in no figure.": "{labelled} gelabelte Patches gehen in keine Zahl ein.",
  Map: "Karte",
  "Rows: labels. Columns: answers on held-out labels.":
    "Zeilen: Labels. Spalten: Antworten an zurückgehaltenen Labels.",
  "No prompts answer now. How well they do stands in the estimate of “{name}”, beside it: choose it.":
    "Jetzt antworten keine Prompts. Wie gut das ist, steht neben der Schätzung von „{name}“: Wählen Sie ihn.",
  "Held-out estimate": "Schätzung an zurückgehaltenen Labels",
  "Labels of this project": "Labels dieses Projekts",
  Class: "Klasse",
  all: "alle",
  "on this slide": "auf diesem Schnitt",
} as const;
