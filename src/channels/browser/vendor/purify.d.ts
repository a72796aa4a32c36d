// The server answers `vendor/purify.js` with the small browser build of this package, as a module.
export { default } from 'dompurify'
