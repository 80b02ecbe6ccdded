// Where the model looked, in German.
export const attention = {
  "This patch is on a slide that is not open.": "Dieser Patch liegt auf einem Schnitt, der nicht geöffnet ist.",
  "The model is not ready.": "Das Modell ist nicht bereit.",
  "Click on tissue first.": "Klicken Sie zuerst auf Gewebe.",
  "There is no tissue here: the model did not look.": "Hier ist kein Gewebe: Das Modell hat nicht hingesehen.",
  "Where did the model look?": "Wohin sah das Modell?",
  "Where the model looked could not be found out": "Wohin das Modell gesehen hat, konnte nicht ermittelt werden",
  "Close where the model looked": "Schließen, wohin das Modell gesehen hat",
  "This label is on a slide that is not open.": "Dieses Label liegt auf einem Schnitt, der nicht geöffnet ist.",
  "Choose one label first.": "Wählen Sie zuerst ein Label.",
  "Following the attention through the last block…": "Die Attention wird durch den letzten Block verfolgt…",
  "“{name}” answers here.": "Hier antwortet „{name}“.",
  "Show attention": "Attention zeigen",
  "The patch": "Der Patch",
  "Half lies in the {half} outlined squares of {patches}.":
    "Die Hälfte liegt in den {half} umrandeten von {patches} Quadraten.",
  "Share of one square": "Anteil eines Quadrats",
  "{percent}: all alike": "{percent}: alle gleich",
  picture: "Bild",
  "tokens that are no patch": "Tokens, die kein Patch sind",
  registers: "Register",
  prompts: "Prompts",
  "in the last of {depth} blocks, averaged over its {heads} heads, on {side} × {side} squares":
    "im letzten von {depth} Blöcken, gemittelt über seine {heads} Köpfe, auf {side} × {side} Quadraten",
  "The attention of the class token, which is what is read out, {where}.":
    "Die Attention des Klassen-Tokens, das ausgelesen wird, {where}.",
  "The features are the mean of all patch tokens: this is the mean of their attention {where}.":
    "Die Merkmale sind das Mittel aller Patch-Tokens: Dies ist das Mittel ihrer Attention {where}.",
  "The attention of the class token {where}. It is half of what is read out; the other half is the mean of all patch tokens.":
    "Die Attention des Klassen-Tokens {where}. Es ist die Hälfte dessen, was ausgelesen wird; die andere Hälfte ist das Mittel aller Patch-Tokens.",
  "Attention is not an explanation of the answer: it shows which parts these tokens mixed in. The blocks before have mixed the squares already.":
    "Attention erklärt die Antwort nicht: Sie zeigt, welche Teile diese Tokens beigemischt haben. Die Blöcke davor haben die Quadrate schon gemischt.",
  "Attention is not an explanation of the answer: it shows which parts this token mixed in. The blocks before have mixed the squares already.":
    "Attention erklärt die Antwort nicht: Sie zeigt, welche Teile dieses Token beigemischt hat. Die Blöcke davor haben die Quadrate schon gemischt.",
  "The answer is the mean over {views} ways to lay the patch; the picture shows it as it lies.":
    "Die Antwort ist das Mittel über {views} Lagen des Patches; das Bild zeigt ihn, wie er liegt.",
  "{share} % of the answer comes from the features without prompts.":
    "{share} % der Antwort kommen aus den Merkmalen ohne Prompts.",
  "“{name}” has no prompts": "„{name}“ hat keine Prompts",
  "No prompts: the backbone as it is": "Keine Prompts: das Backbone, wie es ist",
  "With its prompts": "Mit seinen Prompts",
  "Without prompts": "Ohne Prompts",
  "Attention over the patch, most in row {row}, column {column} of {side}: {percent}":
    "Attention über den Patch, am meisten in Zeile {row}, Spalte {column} von {side}: {percent}",
} as const;
