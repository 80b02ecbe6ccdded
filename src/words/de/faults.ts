// What a server or a file did not give, in German, by the English that the workers send (heard.ts). What is missing stays English behind
// what kind of thing went wrong (ui/fault-words.ts).
export const faults = {
  'The server of "{name}" has sent nothing for {seconds} seconds. Try again later, or download the slide and open it as a file.':
    "Der Server von „{name}“ hat {seconds} Sekunden lang nichts gesendet. Versuchen Sie es später noch einmal, oder laden Sie den Schnitt herunter und öffnen Sie ihn als Datei.",
  'The server of "{name}" answers, but does not allow this page to read it. Its owner must send Access-Control-Allow-Origin and name Content-Range and ETag in Access-Control-Expose-Headers; or download the slide and open it as a file.':
    "Der Server von „{name}“ antwortet, erlaubt dieser Seite aber nicht, es zu lesen. Sein Betreiber muss Access-Control-Allow-Origin senden und Content-Range und ETag in Access-Control-Expose-Headers nennen; oder laden Sie den Schnitt herunter und öffnen Sie ihn als Datei.",
  '"{name}" cannot be fetched: its server does not answer, or does not allow this page to read it. Check the address and your connection. If the address opens in a tab of its own, the server\'s owner must send Access-Control-Allow-Origin; or download the slide and open it as a file.':
    "„{name}“ kann nicht geholt werden: Der Server antwortet nicht oder erlaubt dieser Seite nicht, es zu lesen. Prüfen Sie die Adresse und Ihre Verbindung. Wenn sich die Adresse in einem eigenen Tab öffnet, muss der Betreiber des Servers Access-Control-Allow-Origin senden; oder laden Sie den Schnitt herunter und öffnen Sie ihn als Datei.",
  '"{name}" cannot be fetched: its server does not answer, or does not allow this page to read it. Check the address and your connection (a page served over https cannot read http:// addresses). If the address opens in a tab of its own, the server\'s owner must send Access-Control-Allow-Origin; or download the slide and open it as a file.':
    "„{name}“ kann nicht geholt werden: Der Server antwortet nicht oder erlaubt dieser Seite nicht, es zu lesen. Prüfen Sie die Adresse und Ihre Verbindung (eine Seite über https kann keine http://-Adressen lesen). Wenn sich die Adresse in einem eigenen Tab öffnet, muss der Betreiber des Servers Access-Control-Allow-Origin senden; oder laden Sie den Schnitt herunter und öffnen Sie ihn als Datei.",
  'The server of "{name}" points to another address, which is not followed without asking you. Open that address itself (your browser shows it when it downloads the slide), or download the slide and open it as a file.':
    "Der Server von „{name}“ verweist auf eine andere Adresse, der nicht ungefragt gefolgt wird. Öffnen Sie diese Adresse selbst (Ihr Browser zeigt sie, wenn er den Schnitt herunterlädt), oder laden Sie den Schnitt herunter und öffnen Sie ihn als Datei.",
  'The server answered {status} for "{name}". The address carries a key that is no longer accepted: it has expired. Get a fresh address and open that.':
    "Der Server antwortete {status} für „{name}“. Die Adresse trägt einen Schlüssel, der nicht mehr gilt: Er ist abgelaufen. Holen Sie eine neue Adresse und öffnen Sie diese.",
  'The server answered {status} for "{name}". Access is refused: the slide is not public. Ask for an address that needs no login, or open it as a file.':
    "Der Server antwortete {status} für „{name}“. Der Zugriff wird verweigert: Der Schnitt ist nicht öffentlich. Bitten Sie um eine Adresse, die keine Anmeldung braucht, oder öffnen Sie ihn als Datei.",
  'The server answered {status} for "{name}". There is no such file. Check the address.':
    "Der Server antwortete {status} für „{name}“. Es gibt keine solche Datei. Prüfen Sie die Adresse.",
  'The server answered {status} for "{name}". It is busy or broken. Try again later.':
    "Der Server antwortete {status} für „{name}“. Er ist überlastet oder gestört. Versuchen Sie es später noch einmal.",
  'The server answered {status} for "{name}". Check the address.':
    "Der Server antwortete {status} für „{name}“. Prüfen Sie die Adresse.",
  'The connection broke while "{name}" was being read ({total} bytes had come). Try again.':
    "Die Verbindung brach ab, während „{name}“ gelesen wurde ({total} Bytes waren da). Versuchen Sie es noch einmal.",
  'The server of "{name}" sends more than the {most} bytes that can be right.':
    "Der Server von „{name}“ sendet mehr als die {most} Bytes, die richtig sein können.",
  'The server of "{name}" sent {got} of {wanted} bytes: the answer was cut off. Try again; if it stays so, download the slide and open it as a file.':
    "Der Server von „{name}“ sendete {got} von {wanted} Bytes: Die Antwort wurde abgeschnitten. Versuchen Sie es noch einmal; bleibt es so, laden Sie den Schnitt herunter und öffnen Sie ihn als Datei.",
  '"{name}" is empty on its server. Check the address.': "„{name}“ ist auf dem Server leer. Prüfen Sie die Adresse.",
  '"{name}" changed on its server while it was being read. Open it again.':
    "„{name}“ hat sich auf dem Server geändert, während es gelesen wurde. Öffnen Sie es noch einmal.",
  '"{name}" is empty on its server.': "„{name}“ ist auf dem Server leer.",
  'The server of "{name}" does not say how large the file is. It must send Content-Range and, for pages of another origin, name it in Access-Control-Expose-Headers; or download the slide and open it as a file.':
    "Der Server von „{name}“ sagt nicht, wie groß die Datei ist. Er muss Content-Range senden und für Seiten anderer Herkunft in Access-Control-Expose-Headers nennen; oder laden Sie den Schnitt herunter und öffnen Sie ihn als Datei.",
  'The server of "{name}" sent bytes {first}-{last} instead of those asked for. Try again, or open it as a file.':
    "Der Server von „{name}“ sendete die Bytes {first}-{last} statt der verlangten. Versuchen Sie es noch einmal, oder öffnen Sie ihn als Datei.",
  'The server of "{name}" stopped sending parts of the file (status {status}). Open it again.':
    "Der Server von „{name}“ sendet keine Teile der Datei mehr (Status {status}). Öffnen Sie sie noch einmal.",
  'The server of "{name}" sends only whole files (no range requests), which works up to {most} MiB. Use a server with range requests, or download the slide and open it as a file.':
    "Der Server von „{name}“ sendet nur ganze Dateien (keine Bereichsanfragen); das geht bis {most} MiB. Verwenden Sie einen Server mit Bereichsanfragen, oder laden Sie den Schnitt herunter und öffnen Sie ihn als Datei.",
  "{url} could not be reached. Check the connection and try again.":
    "{url} war nicht zu erreichen. Prüfen Sie die Verbindung und versuchen Sie es noch einmal.",
  "{url} could not be read: the server answered {status}.":
    "{url} konnte nicht gelesen werden: Der Server antwortete {status}.",
  "The connection broke while reading {url}. Try again.":
    "Die Verbindung brach ab, während {url} gelesen wurde. Versuchen Sie es noch einmal.",
  '"{name}" is empty (0 bytes). Copy or download it again.':
    "„{name}“ ist leer (0 Bytes). Kopieren Sie die Datei oder laden Sie sie noch einmal herunter.",
  '"{name}" is not a slide: it does not start like a TIFF file. {next}':
    "„{name}“ ist kein Schnitt: Die Datei beginnt nicht wie eine TIFF-Datei. {next}",
  '"{name}" is {what}, not a slide we read. {next}': "„{name}“ ist {what}, kein Schnitt, der hier gelesen wird. {next}",
  "This file is {format}, which is not read. {next}": "Diese Datei ist {format}; das wird nicht gelesen. {next}",
  "This file is {format}, a format that is not read yet. {next}":
    "Diese Datei ist {format}; dieses Format wird noch nicht gelesen. {next}",
  "PathoTune reads Aperio SVS, Hamamatsu NDPI, OME-TIFF, tiled TIFF, and PNG, JPEG and BMP pictures.":
    "PathoTune liest Aperio SVS, Hamamatsu NDPI, OME-TIFF, gekacheltes TIFF sowie Bilder als PNG, JPEG und BMP.",
  "Unpack it and open the slide inside. PathoTune reads Aperio SVS, Hamamatsu NDPI, OME-TIFF, tiled TIFF, and PNG, JPEG and BMP pictures.":
    "Entpacken Sie die Datei und öffnen Sie den Schnitt darin. PathoTune liest Aperio SVS, Hamamatsu NDPI, OME-TIFF, gekacheltes TIFF sowie Bilder als PNG, JPEG und BMP.",
  "Check the address of the slide. PathoTune reads Aperio SVS, Hamamatsu NDPI, OME-TIFF, tiled TIFF, and PNG, JPEG and BMP pictures.":
    "Prüfen Sie die Adresse des Schnitts. PathoTune liest Aperio SVS, Hamamatsu NDPI, OME-TIFF, gekacheltes TIFF sowie Bilder als PNG, JPEG und BMP.",
  "Convert it with bioformats2raw/raw2ometiff, wsidicomizer or libvips to a tiled JPEG pyramid TIFF. PathoTune reads Aperio SVS, Hamamatsu NDPI, OME-TIFF, tiled TIFF, and PNG, JPEG and BMP pictures.":
    "Wandeln Sie sie mit bioformats2raw/raw2ometiff, wsidicomizer oder libvips in ein gekacheltes JPEG-Pyramiden-TIFF um. PathoTune liest Aperio SVS, Hamamatsu NDPI, OME-TIFF, gekacheltes TIFF sowie Bilder als PNG, JPEG und BMP.",
  "a GIF picture": "ein GIF-Bild",
  "a WebP picture or a film": "ein WebP-Bild oder ein Film",
  "a JPEG 2000 picture": "ein JPEG-2000-Bild",
  "a ZIP archive": "ein ZIP-Archiv",
  "a gzip archive": "ein gzip-Archiv",
  "a 7-Zip archive": "ein 7-Zip-Archiv",
  "a PDF document": "ein PDF-Dokument",
  "a web page": "eine Webseite",
  "a 3DHISTECH MIRAX slide (MRXS)": "ein Schnitt von 3DHISTECH MIRAX (MRXS)",
  "an Olympus/Evident slide (VSI)": "ein Schnitt von Olympus/Evident (VSI)",
  "part of an Olympus/Evident slide (ETS)": "Teil eines Schnitts von Olympus/Evident (ETS)",
  "a Zeiss CZI file": "eine CZI-Datei von Zeiss",
  "a Philips iSyntax file": "eine iSyntax-Datei von Philips",
  "a Ventana/Roche BIF slide": "ein BIF-Schnitt von Ventana/Roche",
  "a Hamamatsu VMS or VMU slide": "ein VMS- oder VMU-Schnitt von Hamamatsu",
  "a Hamamatsu list of channels (NDPIS)": "eine Kanalliste von Hamamatsu (NDPIS)",
  "a Sakura slide": "ein Schnitt von Sakura",
  "a Leica LIF file": "eine LIF-Datei von Leica",
  "a microscope's own format": "das eigene Format eines Mikroskops",
  "a KFBIO slide": "ein Schnitt von KFBIO",
  "a scanner's own format": "das eigene Format eines Scanners",
  "Convert it to OME-TIFF: bioformats2raw in.file out.zarr, then raw2ometiff --rgb out.zarr out.ome.tif.":
    "Wandeln Sie sie in OME-TIFF um: bioformats2raw in.file out.zarr, dann raw2ometiff --rgb out.zarr out.ome.tif.",
  'Convert it with libvips: vips tiffsave "in" out.tif --tile --pyramid --compression jpeg --Q 90 --bigtiff':
    'Wandeln Sie sie mit libvips um: vips tiffsave "in" out.tif --tile --pyramid --compression jpeg --Q 90 --bigtiff',
  "Export it as Philips TIFF or DICOM from the Philips software, or convert it with isyntax2raw and raw2ometiff.":
    "Exportieren Sie sie als Philips-TIFF oder DICOM aus der Philips-Software, oder wandeln Sie sie mit isyntax2raw und raw2ometiff um.",
  "Export it as SVS or TIFF from the scanner's software.":
    "Exportieren Sie sie als SVS oder TIFF aus der Software des Scanners.",
  '"{name}" holds no slide of several files: no DICOM, no .dzi with its folder, no info.json and no OME-Zarr. Open single-file slides (.svs, .tif) as files.':
    "„{name}“ enthält keinen Schnitt aus mehreren Dateien: kein DICOM, kein .dzi mit seinem Ordner, kein info.json und kein OME-Zarr. Öffnen Sie Schnitte aus einer Datei (.svs, .tif) als Datei.",
  "The file is a damaged TIFF: {how}. Copy or download it again, or export it anew.":
    "Die Datei ist ein beschädigtes TIFF: {how}. Kopieren oder laden Sie sie noch einmal, oder exportieren Sie sie neu.",
  "its header is cut off": "ihr Kopf ist abgeschnitten",
  "its BigTIFF header contradicts itself": "ihr BigTIFF-Kopf widerspricht sich",
  "it contains no image": "sie enthält kein Bild",
  "The file contains no image.": "Die Datei enthält kein Bild.",
  "The file contains no picture.": "Die Datei enthält kein Bild.",
  "The file is cut off or damaged: {what} should be at byte {offset} ({length} bytes), but the file ends at {size}. Copy or download it again.":
    "Die Datei ist abgeschnitten oder beschädigt: {what} sollte bei Byte {offset} stehen ({length} Bytes), aber die Datei endet bei {size}. Kopieren oder laden Sie sie noch einmal.",
  'Only {got} of {length} bytes of "{name}" could be read. Open the file again.':
    "Nur {got} von {length} Bytes von „{name}“ konnten gelesen werden. Öffnen Sie die Datei noch einmal.",
  "Image {index} of the file is damaged: {how}. Copy, download or export it again.":
    "Bild {index} der Datei ist beschädigt: {how}. Kopieren, laden oder exportieren Sie sie noch einmal.",
} as const;
