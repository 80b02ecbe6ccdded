// Slides in German: what is known of them, how they are opened, shared, reported and forgotten.
export const slides = {
  "How large is a pixel?": "Wie groß ist ein Pixel?",
  "Give a number first.": "Geben Sie zuerst eine Zahl an.",
  "Models see tissue at a physical scale. A wrong number gives wrong answers without any sign of it, so it is never guessed.":
    "Modelle sehen Gewebe in einem physikalischen Maßstab. Eine falsche Zahl führt zu falschen Antworten, ohne dass man es ihnen ansieht; sie wird deshalb nie geraten.",
  "I know the µm/px": "Ich kenne µm/px",
  "I know a distance": "Ich kenne eine Strecke",
  "µm per pixel at full resolution": "µm pro Pixel bei voller Auflösung",
  "0.25 is usual for 40×, 0.5 for 20×": "0,25 ist üblich bei 40×, 0,5 bei 20×",
  "Click two points on the slide": "Zwei Punkte auf dem Schnitt anklicken",
  "Length of the {pixels} px you marked, in µm": "Länge der {pixels} px, die Sie markiert haben, in µm",
  "{mpp}: about {magnification} at full resolution": "{mpp}: etwa {magnification} bei voller Auflösung",
  Cancel: "Abbrechen",
  "Use this": "Verwenden",
  "{n} regions": { one: "1 Bereich", other: "{n} Bereiche" },
  "{n} blind checks": { one: "1 Blindprüfung", other: "{n} Blindprüfungen" },
  "Forget this slide?": "Diesen Schnitt vergessen?",
  ": these go for good, also from undo.": ": Dies geht endgültig verloren, auch für Rückgängig.",
  "its name, its identity, its address, its µm/px and case":
    "sein Name, seine Identität, seine Adresse, sein µm/px und Fall",
  "its name, its identity and which file it is, its µm/px and case":
    "sein Name, seine Identität und welche Datei er ist, sein µm/px und Fall",
  "how its tissue is found": "wie sein Gewebe gefunden wird",
  "its maps and everything computed of its patches": "seine Karten und alles, was aus seinen Patches berechnet wurde",
  "the prompt set “{set}”: it only works on this slide": "der Prompt-Satz „{set}“: Er gilt nur auf diesem Schnitt",
  "the whole history of the project and its audit log, which name it; the log begins anew and says so":
    "der ganze Verlauf des Projekts und sein Prüfprotokoll, die ihn nennen; das Protokoll beginnt neu und sagt das",
  "{n} prompt sets may hold numbers learned from it: they stay. Remove them in the list if that must go too.": {
    one: "1 Prompt-Satz kann daraus gelernte Zahlen enthalten: Er bleibt. Entfernen Sie ihn in der Liste, wenn auch das verschwinden muss.",
    other:
      "{n} Prompt-Sätze können daraus gelernte Zahlen enthalten: Sie bleiben. Entfernen Sie sie in der Liste, wenn auch das verschwinden muss.",
  },
  "The slide's own file is not touched, nor files you saved.":
    "Die Datei des Schnitts selbst wird nicht angetastet, ebenso wenig Dateien, die Sie gespeichert haben.",
  " Your other slides stay; the model is loaded again.": " Ihre anderen Schnitte bleiben; das Modell wird neu geladen.",
  "Keep it": "Behalten",
  "Forget it": "Vergessen",
  "Forget everything?": "Alles vergessen?",
  "All that this app keeps in this browser is erased, in all its tabs:":
    "Alles, was diese App in diesem Browser behält, wird gelöscht, in allen ihren Tabs:",
  "{n} tuning records": { one: "1 Tuning-Aufzeichnung", other: "{n} Tuning-Aufzeichnungen" },
  "{sets}, also those you have not saved as files, and the names of {slides}":
    "{sets}, auch solche, die Sie nicht als Dateien gespeichert haben, und die Namen von {slides}",
  "{n} prompt sets": { one: "1 Prompt-Satz", other: "{n} Prompt-Sätze" },
  "maps ({sheets} shown in this visit), {backbones} of your own, encoder files":
    "Karten ({sheets} in diesem Besuch gezeigt), {backbones} von Ihnen, Dateien des Textkodierers",
  "{n} backbones": { one: "1 Backbone", other: "{n} Backbones" },
  "history, undo and audit log; which servers you approved; settings":
    "Verlauf, Rückgängig und Prüfprotokoll; welche Server Sie zugelassen haben; Einstellungen",
  "the offline copy of the app: the next start needs its server":
    "die Offline-Kopie der App: Der nächste Start braucht ihren Server",
  "This project is not saved as a file in this visit.":
    "Dieses Projekt wurde in diesem Besuch nicht als Datei gespeichert.",
  "Save it first": "Zuerst speichern",
  "Slide files and files you saved are not touched.":
    "Schnittdateien und Dateien, die Sie gespeichert haben, werden nicht angetastet.",
  "I know that this cannot be taken back": "Mir ist klar, dass sich das nicht zurücknehmen lässt",
  "Keep everything": "Alles behalten",
  "Say that you know it cannot be taken back.": "Bestätigen Sie, dass es sich nicht zurücknehmen lässt.",
  "Forget everything": "Alles vergessen",
  "Show the {noun} (may name the patient)": "{noun} zeigen (kann den Patienten nennen)",
  "Show the {noun}": "{noun} zeigen",
  "Hide the {noun}": "{noun} ausblenden",
  "Photograph: {noun}": "Foto: {noun}",
  "The {noun} cannot be shown.": "{noun} kann nicht gezeigt werden.",
  "label|of a slide": "Etikett",
  "whole glass": "Ganzer Objektträger",
  thumbnail: "Vorschaubild",
  "map of the scan": "Übersicht des Scans",
  "Release these labels for tuning?": "Diese Labels für das Tuning freigeben?",
  "{count} patches you named blind become labels like any other: the preview follows them at once and the next tuning learns from them. They can test nothing that is made from then on. A set that has learned them cannot forget them.":
    "{count} Patches, die Sie blind benannt haben, werden Labels wie alle anderen: Die Vorschau folgt ihnen sofort, und das nächste Tuning lernt daraus. Sie können nichts prüfen, was von da an entsteht. Ein Satz, der sie gelernt hat, kann sie nicht vergessen.",
  "The figures of this check stay true of the map it was drawn for. To test a new set, check its map again: other patches are drawn.":
    "Die Zahlen dieser Prüfung bleiben für die Karte wahr, für die gezogen wurde. Um einen neuen Satz zu prüfen, prüfen Sie dessen Karte neu: Es werden andere Patches gezogen.",
  "Keep them for testing": "Zum Prüfen behalten",
  "Release {count} labels": "{count} Labels freigeben",
  "A picture could not be made": "Ein Bild konnte nicht erstellt werden",
  "Report as one HTML file": "Bericht als eine HTML-Datei",
  "Picture of the slide": "Bild des Schnitts",
  "Picture of the map": "Bild der Karte",
  "Labelled patches": "Gelabelte Patches",
  "Save ({bytes})": "Speichern ({bytes})",
  Save: "Speichern",
  "Painting pictures…": "Bilder werden gezeichnet…",
  "{why} Without pictures the report can still be saved.":
    "{why} Ohne Bilder kann der Bericht trotzdem gespeichert werden.",
  "This is the whole file. It holds no file name, no address, no case, none of the slide's own fields and no time; names of classes and sets are as you wrote them.":
    "Dies ist die ganze Datei. Sie enthält keinen Dateinamen, keine Adresse, keinen Fall, keine Felder des Schnitts und keine Uhrzeit; Namen von Klassen und Sätzen stehen, wie Sie sie geschrieben haben.",
  "The report as it will be saved": "Der Bericht, wie er gespeichert wird",
  "Of what the map calls so, the share that is so; areas":
    "Von dem, was die Karte so nennt, der Anteil, der es ist; Flächen",
  "Blind check of the map": "Blindprüfung der Karte",
  "What “{name}” calls. Not coloured: background, uncertain, not computed or another class. {bar}":
    "Was „{name}“ benennt. Nicht gefärbt: Hintergrund, unsicher, nicht berechnet oder eine andere Klasse. {bar}",
  "The whole slide; its scale is not known.": "Der ganze Schnitt; sein Maßstab ist nicht bekannt.",
  "The bar is {length} long.": "Der Balken ist {length} lang.",
  "Link to this view": "Link zu dieser Ansicht",
  "The link holds the place, the zoom, and the slide's identity (a digest of its content).":
    "Der Link enthält die Stelle, den Zoom und die Identität des Schnitts (eine Prüfsumme seines Inhalts).",
  "Whoever opens it is asked before the slide is read from its server, and sees what is there.":
    "Wer ihn öffnet, wird gefragt, bevor der Schnitt von seinem Server gelesen wird, und sieht, was dort ist.",
  "It holds neither pixels nor a file name: whoever opens it needs the slide, opens it, and is taken to the place.":
    "Er enthält weder Pixel noch einen Dateinamen: Wer ihn öffnet, braucht den Schnitt, öffnet ihn und wird zur Stelle geführt.",
  "With the slide's address": "Mit der Adresse des Schnitts",
  " · It carries a query, which may be a key or name a person.":
    " · Sie enthält eine Abfrage, die ein Schlüssel sein oder eine Person nennen kann.",
  "The whole link": "Der ganze Link",
  "Copied.": "Kopiert.",
  "The browser does not let this page copy: select the link and copy it.":
    "Der Browser lässt diese Seite nicht kopieren: Markieren Sie den Link und kopieren Sie ihn.",
  "Copy the link": "Link kopieren",
  "Read a slide from another server?": "Einen Schnitt von einem anderen Server lesen?",
  "This page was asked to open a slide from {origin}. That server will see your address and which parts of the slide are looked at. Your labels and prompts are not sent.":
    "Diese Seite soll einen Schnitt von {origin} öffnen. Dieser Server erfährt Ihre Adresse und welche Teile des Schnitts angesehen werden. Ihre Labels und Prompts werden nicht gesendet.",
  "Do not open": "Nicht öffnen",
  "Open from {origin}": "Von {origin} öffnen",
  "Open a slide by its address": "Schnitt über seine Adresse öffnen",
  Address: "Adresse",
  "A slide file, a Deep Zoom .dzi, an IIIF info.json, an OME-Zarr folder (.zarr) or a DICOMweb series (…/studies/…/series/…). The server must allow other sites' pages (CORS), and range requests for files.":
    "Eine Schnittdatei, ein Deep-Zoom-.dzi, eine IIIF-info.json, ein OME-Zarr-Ordner (.zarr) oder eine DICOMweb-Serie (…/studies/…/series/…). Der Server muss Seiten anderer Herkunft (CORS) und bei Dateien Bereichsanfragen erlauben.",
  Open: "Öffnen",
  Format: "Format",
  "{n} levels": { one: "1 Ebene", other: "{n} Ebenen" },
  Notes: "Hinweise",
  "Show {n} fields that may identify a patient": {
    one: "1 Feld zeigen, das einen Patienten identifizieren kann",
    other: "{n} Felder zeigen, die einen Patienten identifizieren können",
  },
  Case: "Fall",
  "Slides of one patient: give them the same word, then the estimate holds them out together. Stays in this browser.":
    "Schnitte eines Patienten: Geben Sie ihnen dasselbe Wort, dann hält die Schätzung sie gemeinsam zurück. Bleibt in diesem Browser.",
  "none declared": "keiner angegeben",
  "Photographs in the file": "Fotos in der Datei",
  "They are shown here only, never kept and never part of anything saved.":
    "Sie werden nur hier gezeigt, nie behalten und sind nie Teil von etwas Gespeichertem.",
  "It could not be read": "Es konnte nicht gelesen werden",
  "{failed} {failure} The slide itself is not affected. If trying again does not help, open the slide’s file again.":
    "{failed} {failure} Der Schnitt selbst ist nicht betroffen. Hilft ein neuer Versuch nicht, öffnen Sie die Datei des Schnitts noch einmal.",
  "What is kept could not be listed": "Was behalten wird, konnte nicht aufgelistet werden",
  "It could not be cleared": "Es konnte nicht gelöscht werden",
  "Kept in this browser": "In diesem Browser behalten",
  "Everything below lies on this computer and nowhere else. {kept}":
    "Alles hier liegt auf diesem Computer und nirgends sonst. {kept}",
  "Ask the browser to keep it": "Den Browser bitten, es zu behalten",
  "Save the project as a file": "Projekt als Datei speichern",
  "Measuring…": "Wird gemessen…",
  "If cleared: {cost}": "Wenn gelöscht: {cost}",
  Clear: "Löschen",
  Forget: "Vergessen",
  "(not open)": "(nicht geöffnet)",
  "Forget this slide…": "Diesen Schnitt vergessen…",
  "Forget everything…": "Alles vergessen…",
  "Kept here": "Hier behalten",
  "Kept here: {bytes}": "Hier behalten: {bytes}",
  "{used} used.": "{used} belegt.",
  "{used} of {quota} used.": "{used} von {quota} belegt.",
  "This browser does not say whether it keeps it when disk runs low.":
    "Dieser Browser sagt nicht, ob er es behält, wenn der Speicherplatz knapp wird.",
  "The browser promised to keep it until you clear it yourself.":
    "Der Browser hat zugesagt, es zu behalten, bis Sie es selbst löschen.",
  "The browser may clear it when disk runs low, some after a week without a visit.":
    "Der Browser kann es löschen, wenn der Speicherplatz knapp wird, manche nach einer Woche ohne Besuch.",
  "This browser may clear your work: keep it": "Browser kann Ihre Arbeit löschen: sichern",
  "Memory of this tab: being measured…": "Speicher dieses Tabs: wird gemessen…",
  "Memory of this tab: this browser does not tell. Chrome and Edge do.":
    "Speicher dieses Tabs: Dieser Browser sagt es nicht. Chrome und Edge sagen es.",
  "Memory of this tab and its workers: {bytes}, without the graphics card's.":
    "Speicher dieses Tabs und seiner Worker: {bytes}, ohne den der Grafikkarte.",
  "Your project: labels, regions, prompt sets, audit log": "Ihr Projekt: Labels, Bereiche, Prompt-Sätze, Prüfprotokoll",
  "Computed maps": "Berechnete Karten",
  "Backbones you brought": "Backbones, die Sie mitgebracht haben",
  "Which files your slides are (no pixels)": "Welche Dateien Ihre Schnitte sind (keine Pixel)",
  "Self-tests this device passed": "Selbsttests, die dieses Gerät bestanden hat",
  "The app for use without its server, the demo slide and model":
    "Die App ohne ihren Server, mit Demo-Schnitt und Modell",
  "Files of the text encoder": "Dateien des Textkodierers",
  "Other data of this address": "Andere Daten dieser Adresse",
  "They have to be computed again.": "Sie müssen neu berechnet werden.",
  "They have to be given again; sets made for them stay.":
    "Sie müssen neu gegeben werden; für sie gemachte Sätze bleiben.",
  "You are asked for your slides by name after a reload.":
    "Nach dem Neuladen werden Sie mit Namen nach Ihren Schnitten gefragt.",
  "The next start checks this device once more.": "Der nächste Start prüft dieses Gerät noch einmal.",
  "The next start needs the server.": "Der nächste Start braucht den Server.",
  "They are loaded again when asked for.": "Sie werden bei Bedarf neu geladen.",
} as const;
