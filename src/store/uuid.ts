const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/** The id if it is a UUID, else null: compared as text an id would not be found by its index, and others are refused. */
export function toUuid(id: string): string | null {
  return UUID.test(id) ? id : null
}
