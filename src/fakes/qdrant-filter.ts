/** The part of Qdrant's filters that compares values exactly. */
export interface QdrantFilter {
  readonly must?: readonly QdrantCondition[]
  readonly should?: readonly QdrantCondition[]
  readonly must_not?: readonly QdrantCondition[]
}

type QdrantCondition = QdrantFilter | { readonly key: string; readonly match: { readonly value: unknown } }

/** True when all of `must`, one of `should` (if there are any) and none of `must_not` hold. */
export function matches(
  { must = [], should = [], must_not: mustNot = [] }: QdrantFilter,
  payload: Readonly<Record<string, unknown>> = {},
): boolean {
  const holds = (condition: QdrantCondition): boolean =>
    'key' in condition ? payload[condition.key] === condition.match.value : matches(condition, payload)
  return must.every(holds) && (should.length === 0 || should.some(holds)) && !mustNot.some(holds)
}
