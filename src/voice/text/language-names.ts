/** ISO 639-1 codes by the English names that Whisper gives. Source: openai/whisper, `tokenizer.LANGUAGES`. */
export const ISO_CODES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'afrikaans af, albanian sq, amharic am, arabic ar, armenian hy, assamese as, azerbaijani az, basque eu',
    'belarusian be, bengali bn, bosnian bs, bulgarian bg, catalan ca, chinese zh, croatian hr, czech cs',
    'danish da, dutch nl, english en, estonian et, finnish fi, french fr, galician gl, georgian ka, german de',
    'greek el, gujarati gu, hebrew he, hindi hi, hungarian hu, icelandic is, indonesian id, italian it',
    'japanese ja, kannada kn, kazakh kk, korean ko, latvian lv, lithuanian lt, macedonian mk, malay ms',
    'malayalam ml, maltese mt, marathi mr, mongolian mn, nepali ne, norwegian no, persian fa, polish pl',
    'portuguese pt, punjabi pa, romanian ro, russian ru, sanskrit sa, serbian sr, sindhi sd, sinhala si',
    'slovak sk, slovenian sl, somali so, spanish es, swahili sw, swedish sv, tagalog tl, tamil ta, tatar tt',
    'telugu te, thai th, turkish tr, ukrainian uk, urdu ur, uzbek uz, vietnamese vi, welsh cy, yoruba yo',
  ]
    .flatMap((line) => line.split(', '))
    .map((pair) => pair.split(' ')),
)
