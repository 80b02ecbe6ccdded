// What selectors say, in German.
export const state = {
  "The kept map could not be read": "Die behaltene Karte konnte nicht gelesen werden",
  "{damaged} parts of the kept map could not be read; their places are computed again.":
    "{damaged} Teile der behaltenen Karte konnten nicht gelesen werden; ihre Stellen werden neu berechnet.",
  "The preview map could not be computed": "Die Vorschaukarte konnte nicht berechnet werden",
  "At most {max} characters.": "Höchstens {max} Zeichen.",
  "Must be a multiple of the patch, {patch} px.": "Muss ein Vielfaches des Patches sein, {patch} px.",
  "The width {width} cannot be shared among {heads} heads.":
    "Die Breite {width} lässt sich nicht auf {heads} Köpfe verteilen.",
  "The class token is one of them: at least 1.": "Das Klassen-Token ist eines davon: mindestens 1.",
  "There are {count} tokens before the patches.": "Es gibt {count} Tokens vor den Patches.",
  "All {own} labels of {name} lie within {length}: label it elsewhere too.":
    "Alle {own} Labels von {name} liegen innerhalb von {length}: Labeln Sie auch anderswo.",
  "{n} of {count} labels are on a slide that is drawn by a program: tuning would mix them with tissue. Close that slide first.":
    {
      one: "1 von {count} Labels liegt auf einem Schnitt, den ein Programm gezeichnet hat: Das Tuning würde es mit Gewebe vermischen. Schließen Sie diesen Schnitt zuerst.",
      other:
        "{n} von {count} Labels liegen auf einem Schnitt, den ein Programm gezeichnet hat: Das Tuning würde sie mit Gewebe vermischen. Schließen Sie diesen Schnitt zuerst.",
    },
  "{most} has {mostLabels} labels, {least} {leastLabels}: label more {least}.":
    "{most} hat {mostLabels} Labels, {least} {leastLabels}: Labeln Sie mehr {least}.",
  "These files are not what the list means: it says width {width} and patches of {pixels} px, they have {theirWidth} and {theirPixels}. Its normalisation is not taken.":
    "Diese Dateien sind nicht, was die Liste meint: Sie nennt Breite {width} und Patches von {pixels} px, die Dateien haben {theirWidth} und {theirPixels}. Ihre Normalisierung wird nicht übernommen.",
  unknown: "unbekannt",
  "Normalisation of colours: the files say {file}, the list {list}. The files are believed.":
    "Normalisierung der Farben: Die Dateien sagen {file}, die Liste {list}. Den Dateien wird geglaubt.",
  "A map is being computed.": "Eine Karte wird berechnet.",
  "This slide is too small for one patch, or too large for a map of this stride.":
    "Dieser Schnitt ist zu klein für einen Patch oder zu groß für eine Karte mit diesem Raster.",
  "A place of the map cannot be read: {unreadable}": "Eine Stelle der Karte kann nicht gelesen werden: {unreadable}",
  "{message} The map goes on where it was.": "{message} Die Karte geht weiter, wo sie war.",
  "{message} The map goes on, but is gone after a reload.":
    "{message} Die Karte geht weiter, ist aber nach dem Neuladen weg.",
  "mean {mean}; std {std}": "Mittel {mean}; Std. {std}",
  "ImageNet (mean 0.485, 0.456, 0.406)": "ImageNet (Mittel 0.485, 0.456, 0.406)",
  "0.5 / 0.5 (pixels become −1 to 1)": "0.5 / 0.5 (Pixel werden −1 bis 1)",
  "None (pixels stay 0 to 1)": "Keine (Pixel bleiben 0 bis 1)",
  "Other mean and standard deviation": "Anderes Mittel und andere Standardabweichung",
  "Your last change could not be saved": "Ihre letzte Änderung konnte nicht gespeichert werden",
  "It cannot be written": "Es kann nicht geschrieben werden",
  '"{title}" cannot be saved and is lost when this tab closes':
    "„{title}“ kann nicht gespeichert werden und geht verloren, wenn dieser Tab geschlossen wird",
  "This project is open in another tab or window, so it is read-only here. Close the other one and reload this page to write.":
    "Dieses Projekt ist in einem anderen Tab oder Fenster geöffnet und daher hier schreibgeschützt. Schließen Sie das andere und laden Sie diese Seite neu, um zu schreiben.",
  'The um/px of "{name}" is unknown. State it, or measure a known distance, before patches are read from it.':
    "µm/px von „{name}“ ist unbekannt. Geben Sie es an oder messen Sie eine bekannte Strecke, bevor Patches davon gelesen werden.",
  '"{name}" was made for another backbone ({backbone}).':
    "„{name}“ wurde für ein anderes Backbone gemacht ({backbone}).",
  '"{name}" cannot be used with this backbone: {difference}.':
    "„{name}“ kann mit diesem Backbone nicht verwendet werden: {difference}.",
  '"{name}" only works on the slide it was made for.': "„{name}“ gilt nur auf dem Schnitt, für den er gemacht wurde.",
  '"{name}" was trained on drawings: it gives no scores on tissue.':
    "„{name}“ wurde an Zeichnungen trainiert: Er gibt keine Scores für Gewebe.",
  "Trainings are running to answer a question to your labels. Let them end, or cancel them.":
    "Trainings laufen, um eine Frage an Ihre Labels zu beantworten. Lassen Sie sie enden oder brechen Sie sie ab.",
  "This backbone cannot be tuned here. {why}": "Dieses Backbone kann hier nicht getunt werden. {why}",
  "The text of the prompts cannot be made: {problem}. See Advanced.":
    "Der Text der Prompts kann nicht gebildet werden: {problem}. Siehe Erweitert.",
  "Add a class first.": "Legen Sie zuerst eine Klasse an.",
  "Label at least {minimumLabels} patches in each of two classes. Too few so far: {short}.":
    "Labeln Sie mindestens {minimumLabels} Patches in jeder von zwei Klassen. Bisher zu wenige: {short}.",
  'Open "{name}" again: {n} of your labels are on it.': {
    one: "Öffnen Sie „{name}“ wieder: 1 Ihrer Labels liegt darauf.",
    other: "Öffnen Sie „{name}“ wieder: {n} Ihrer Labels liegen darauf.",
  },
  "{n} labels are on a slide this project has lost the name of. Open that slide, or remove them.": {
    one: "1 Label liegt auf einem Schnitt, dessen Namen dieses Projekt verloren hat. Öffnen Sie diesen Schnitt oder entfernen Sie es.",
    other:
      "{n} Labels liegen auf einem Schnitt, dessen Namen dieses Projekt verloren hat. Öffnen Sie diesen Schnitt oder entfernen Sie sie.",
  },
  'State the um/px of "{name}" first: labels are on it.':
    "Geben Sie zuerst µm/px von „{name}“ an: Labels liegen darauf.",
  "“{name}” was made for {fact} “{made}”; this slide is stated as “{here}”. Its answers may mean nothing here.":
    "„{name}“ wurde für {fact} „{made}“ gemacht; für diesen Schnitt ist „{here}“ angegeben. Seine Antworten bedeuten hier womöglich nichts.",
  stain: "Färbung",
  organ: "Organ",
  "going on from step {steps}": "weiter ab Schritt {steps}",
  "starting again": "beginnt neu",
  ", with half as many patches at a time": ", mit halb so vielen Patches auf einmal",
  "{happened}, and the model could not be loaded again: {message} Your labels are kept.":
    "{happened}, und das Modell konnte nicht wieder geladen werden: {message} Ihre Labels sind erhalten.",
  "at step {steps}": "bei Schritt {steps}",
  "before its first step": "vor dem ersten Schritt",
  "{message} It happened {times} times {where}, so this tuning was given up. Your labels are kept; tune fewer blocks, or close other tabs and programs first.":
    "{message} Das geschah {times}-mal {where}; daher wurde dieses Tuning aufgegeben. Ihre Labels sind erhalten; tunen Sie weniger Blöcke oder schließen Sie zuerst andere Tabs und Programme.",
  "{message} The backbone of this tuning could not be loaded again, another one is there now. Your labels are kept.":
    "{message} Das Backbone dieses Tunings konnte nicht wieder geladen werden; jetzt ist ein anderes da. Ihre Labels sind erhalten.",
  "The graphics device was lost": "Das Grafikgerät ging verloren",
  "What computes in the background stopped": "Die Berechnung im Hintergrund ist stehen geblieben",
  "Memory ran out": "Der Arbeitsspeicher reichte nicht aus",
  "The graphics card computes gradients otherwise than it must and is not used any more":
    "Die Grafikkarte berechnet Gradienten anders, als sie muss, und wird nicht mehr verwendet",
  "A whole number from {min} to {max}.": "Eine ganze Zahl von {min} bis {max}.",
  "A number from {min} to {max}.": "Eine Zahl von {min} bis {max}.",
  "Write {one} or {other}.": "Schreiben Sie {one} oder {other}.",
  '"{name}" was made with a field of {field}; this project uses {used}.':
    "„{name}“ wurde mit einem Feld von {field} gemacht; dieses Projekt verwendet {used}.",
  '"{name}" was made with patches of {mpp} µm/px; the backbone is used with {usedMpp}.':
    "„{name}“ wurde mit Patches von {mpp} µm/px gemacht; das Backbone wird mit {usedMpp} verwendet.",
  '"{name}" was made with patches of {patchPixels} px; the backbone is used with {usedPixels}.':
    "„{name}“ wurde mit Patches von {patchPixels} px gemacht; das Backbone wird mit {usedPixels} verwendet.",
  '"{name}" was made with another normalisation of colours than the backbone is used with.':
    "„{name}“ wurde mit einer anderen Normalisierung der Farben gemacht, als das Backbone verwendet.",
  '"{name}" was made with {made}; here patches are answered {used}.':
    "„{name}“: gemacht wurde er mit {made}; hier werden Patches {used} beantwortet.",
  "the stain of every patch standardised": "standardisierter Färbung jedes Patches",
  "patches as they are": "Patches, wie sie sind",
  "with it standardised": "mit standardisierter Färbung",
  "as they are": "wie sie sind",
  '"{name}" was made with another way of scaling patches than the backbone is used with.':
    "„{name}“ wurde mit einer anderen Skalierung der Patches gemacht, als das Backbone verwendet.",
} as const;
