// The server answers `vendor/marked.js` with the browser build of this package.
export { Lexer, Parser, Renderer, type Token, type Tokens } from 'marked'
