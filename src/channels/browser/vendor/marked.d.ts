// The server answers `vendor/marked.js` with the browser build of this package.
export { Marked, type Token } from 'marked'
