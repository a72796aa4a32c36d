/** All control characters but tab and line feed. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * What a person typed, in one form: composed (NFC), lines parted by line feeds alone, without control characters,
 * halves of surrogate pairs and white space around it.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().normalize('NFC').replaceAll(/\r\n?/g, '\n').replaceAll(CONTROLS, '').trim()
}
