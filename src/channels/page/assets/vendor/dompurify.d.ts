// The server answers `vendor/dompurify.js` with the browser build of this package.
export { default } from 'dompurify'
