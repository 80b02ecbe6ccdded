// What the page itself says, in German: files that were given, workers, forgetting.
export const page = {
  "Your labels answer now, as an instant preview. “{name}” is still in the list on the left.":
    "Ihre Labels antworten jetzt, als Sofortvorschau. „{name}“ steht weiterhin links in der Liste.",
  'The folder "{name}" holds more than {files} files, which no slide or backbone does. Drop the folder of one.':
    "Der Ordner „{name}“ enthält mehr als {files} Dateien; das tut kein Schnitt und kein Backbone. Legen Sie den Ordner eines einzelnen ab.",
  '"{name}" could not be read': "„{name}“ konnte nicht gelesen werden",
  Slides: "Schnitte",
  "The slide could not be opened": "Der Schnitt konnte nicht geöffnet werden",
  "The folder could not be opened": "Der Ordner konnte nicht geöffnet werden",
  '"{name}" could not be opened again': "„{name}“ konnte nicht wieder geöffnet werden",
  "This address cannot be opened": "Diese Adresse kann nicht geöffnet werden",
  "What was dropped could not be read": "Das Abgelegte konnte nicht gelesen werden",
  "Everything was forgotten in another tab.": "In einem anderen Tab wurde alles vergessen.",
  "Forgetting…": "Wird vergessen…",
  "Everything is forgotten: labels, prompt sets, maps, backbones, settings and the offline copy of the app.":
    "Alles ist vergessen: Labels, Prompt-Sätze, Karten, Backbones, Einstellungen und die Offline-Kopie der App.",
  "Not everything could be erased: {left}. Close other tabs of this app and clear the site's data in the browser's settings.":
    "Nicht alles konnte gelöscht werden: {left}. Schließen Sie andere Tabs dieser App und löschen Sie die Websitedaten in den Browsereinstellungen.",
  "Start again": "Neu beginnen",
  '"{path}" is of use together with its backbone only. Drop both at once.':
    "„{path}“ ist nur zusammen mit seinem Backbone von Nutzen. Legen Sie beides zugleich ab.",
  '"{folder}" holds no backbone (.onnx or .safetensors) and is no slide of many parts (DICOM, OME-Zarr, Deep Zoom, IIIF). Drop slides of one file and prompt sets as files.':
    "„{folder}“ enthält kein Backbone (.onnx oder .safetensors) und ist kein mehrteiliger Schnitt (DICOM, OME-Zarr, Deep Zoom, IIIF). Legen Sie Schnitte aus einer Datei und Prompt-Sätze als Dateien ab.",
  " and {more} more": " und {more} weitere",
  '{named} in the folder "{folder}" are no part of a backbone and not opened. Drop them as files.': {
    one: "{named} im Ordner „{folder}“ ist kein Teil eines Backbones und nicht geöffnet. Legen Sie sie als Datei ab.",
    other:
      "{named} im Ordner „{folder}“ sind kein Teil eines Backbones und nicht geöffnet. Legen Sie sie als Dateien ab.",
  },
  "This link leads to a place on a slide that is not open here. Open that slide: the view goes there.":
    "Dieser Link führt zu einer Stelle auf einem Schnitt, der hier nicht geöffnet ist. Öffnen Sie diesen Schnitt: Die Ansicht geht dorthin.",
  "Your saved work could not be opened": "Ihre gespeicherte Arbeit konnte nicht geöffnet werden",
  "It keeps stopping: reload the page.": "Es bleibt immer wieder stehen: Laden Sie die Seite neu.",
  "Slides are opened again.": "Schnitte werden wieder geöffnet.",
  "The model is loaded again.": "Das Modell wird neu geladen.",
  "{message} {next} Your labels are safe.": "{message} {next} Ihre Labels sind sicher.",
  "A new version is ready. It starts when you close all tabs of PathoTune and open it again.":
    "Eine neue Version ist bereit. Sie startet, wenn Sie alle Tabs von PathoTune schließen und es wieder öffnen.",
} as const;
