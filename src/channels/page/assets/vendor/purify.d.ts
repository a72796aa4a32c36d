// The server answers `vendor/purify.js` with the small browser build of this package, a classic script.
declare global {
  var DOMPurify: typeof import('dompurify').default
}
export {}
