/** A section of the protocol specification that Poe publishes for creators of server bots. */
export function specification(section: string): string {
  return `Poe protocol specification: ${section}`
}

/** Where the rules come from that are not in the specification. */
export const SOURCES = {
  client: 'fastapi_poe, the reference client',
  server: 'fastapi_poe, the reference server',
  types: 'fastapi_poe, its types',
  functionalGuides: 'Poe functional guides',
  parameterControls: 'Poe parameter controls',
  monetization: 'Poe bot monetization API',
  operation: 'Operation of bots on Poe: seen in the field',
  practice: 'Good practice; the specification is silent',
  eventStreams: 'WHATWG HTML, section 9.2.6: interpreting an event stream',
  httpAuthentication: 'RFC 9110, section 11.6.1',
} as const
