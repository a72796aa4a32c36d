/** The script tag that runs us on a page of somebody else; null for the modules of our own page. */
export const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null

/** Where our server is, with a `/` at the end. */
export const server = new URL('.', script?.src || document.baseURI)
