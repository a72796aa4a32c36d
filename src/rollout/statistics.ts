/**
 * The bounds rollouts are judged by; decision 0010 says why these. Everything is exact for yes-or-no outcomes of turns that
 * are independent of each other.
 */

/** The largest share that `count` of `total` still allows: Clopper and Pearson's one-sided upper bound. 1 for no data. */
export function upperBound(count: number, total: number, alpha: number): number {
  if (count >= total) return 1
  // P(X <= count) falls with the share; where it crosses alpha is the bound.
  return bisect((share) => 1 - incompleteBeta(share, count + 1, total - count) > alpha)
}

/** The smallest share that `count` of `total` still allows. 0 for no data. */
export function lowerBound(count: number, total: number, alpha: number): number {
  if (count <= 0) return 0
  return bisect((share) => incompleteBeta(share, count, total - count + 1) < alpha)
}

/** Odds by which the candidate may be worse, from barely to hopelessly; `Evidence` has one entry for each. */
const ODDS: readonly number[] = Array.from({ length: 24 }, (_, index) => 1.2 * 1.22 ** index)

/** How much better each of `ODDS` explains the outcomes than no difference does, as logarithms of likelihood ratios. */
export type Evidence = readonly number[]

export const NO_EVIDENCE: Evidence = ODDS.map(() => 0)

/** Outcomes of one stretch of time, short enough that both revisions had the same weather. */
export interface Stretch {
  /** Bad turns of the candidate, and its turns. */
  readonly candidate: { readonly bad: number; readonly total: number }
  readonly stable: { readonly bad: number; readonly total: number }
}

/**
 * Adds a stretch. Given how many turns went badly, a candidate that is no worse has its share of the turns as its share
 * of them, whatever the provider did in that stretch: rates cancel out. Source: Lindon, Sanden, Shirikian, "Rapid
 * Regression Detection in Software Deployments through Sequential Testing" (2022).
 */
export function addEvidence(evidence: Evidence, { candidate, stable }: Stretch): Evidence {
  const bad = candidate.bad + stable.bad
  const total = candidate.total + stable.total
  if (bad === 0 || candidate.total === 0 || stable.total === 0) return evidence
  const share = candidate.total / total
  return evidence.map((sum, index) => {
    const odds = ODDS[index] ?? 1
    return sum + candidate.bad * Math.log(odds) - bad * Math.log1p((odds - 1) * share)
  })
}

/**
 * How strongly the outcomes speak for a worse candidate. It passes 1/alpha with a chance of at most alpha when the
 * candidate is no worse, however often one looks (Ville's inequality).
 */
export function strengthOf(evidence: Evidence): number {
  const largest = Math.max(...evidence)
  const sum = evidence.reduce((total, entry) => total + Math.exp(entry - largest), 0)
  return toFinite(largest + Math.log(sum / evidence.length))
}

/**
 * How strongly `count` of `total` speaks against a chance of `share`, in either direction; at most 1/alpha with a
 * chance of 1 - alpha, however often one looks.
 */
export function strengthAgainst(share: number, count: number, total: number): number {
  if (share <= 0 || share >= 1) return 0
  // All chances are taken to be equally likely: the integral of the likelihoods is 1 / ((n + 1) * C(n, k)).
  const uniform = -Math.log(total + 1) - logChoose(total, count)
  const expected = count * Math.log(share) + (total - count) * Math.log1p(-share)
  return toFinite(uniform - expected)
}

/** Sums of one arm of which the means are compared. */
export interface Sums {
  readonly total: number
  readonly sum: number
  readonly squares: number
}

/**
 * How strongly the sums speak for a candidate whose mean is above `ratio` times the stable mean, whenever one looks: a
 * normal mixture, which holds for large numbers of turns.
 */
export function strengthOfMean(candidate: Sums, stable: Sums, ratio: number): number {
  const { gap, variance, scale } = compareMeans(candidate, stable, ratio)
  if (!(gap > 0)) return 0
  if (variance === 0) return toFinite(Infinity)
  const spread = scale ** 2
  const exponent = (gap ** 2 * spread) / (2 * variance * (variance + spread))
  return Math.sqrt(variance / (variance + spread)) * Math.exp(Math.min(700, exponent))
}

/** The largest multiple of the stable mean that the candidate's mean may be, at one look; Infinity without data. */
export function upperRatio(candidate: Sums, stable: Sums, quantile: number): number {
  const mean = stable.sum / stable.total
  if (!(candidate.total > 1 && stable.total > 1 && mean > 0)) return Infinity
  const ratio = candidate.sum / candidate.total / mean
  const { variance } = compareMeans(candidate, stable, ratio)
  return ratio + (quantile * Math.sqrt(variance)) / mean
}

interface MeanGap {
  readonly gap: number
  readonly variance: number
  readonly scale: number
}

function compareMeans(candidate: Sums, stable: Sums, ratio: number): MeanGap {
  if (candidate.total < 2 || stable.total < 2) return { gap: Number.NaN, variance: 0, scale: 0 }
  const mean = (sums: Sums): number => sums.sum / sums.total
  const variance = (sums: Sums): number =>
    Math.max(0, sums.squares / sums.total - mean(sums) ** 2) / sums.total
  return {
    gap: mean(candidate) - ratio * mean(stable),
    variance: variance(candidate) + ratio ** 2 * variance(stable),
    scale: mean(stable) / 2,
  }
}

/** A strength from its logarithm, small enough to be written down. */
function toFinite(logarithm: number): number {
  return Math.exp(Math.min(700, logarithm))
}

/** The point of 0 to 1 up to which `below` holds. */
function bisect(below: (share: number) => boolean): number {
  let low = 0
  let high = 1
  for (let step = 0; step < 28; step++) {
    const middle = (low + high) / 2
    if (below(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The regularized incomplete beta function. Source: Lentz's continued fraction, DLMF 8.17.22. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(x, a, b)) / a
    : 1 - (front * continuedFraction(1 - x, b, a)) / b
}

const TINY = 1e-300

function continuedFraction(x: number, a: number, b: number): number {
  const keep = (value: number): number => (Math.abs(value) < TINY ? TINY : value)
  let c = 1
  let d = 1 / keep(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / keep(1 + even * d)
    c = keep(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / keep(1 + odd * d)
    c = keep(1 + odd / c)
    result *= d * c
    if (Math.abs(d * c - 1) < 1e-12) break
  }
  return result
}

function logChoose(total: number, count: number): number {
  return logGamma(total + 1) - logGamma(count + 1) - logGamma(total - count + 1)
}

/** Lanczos' coefficients for g = 7. */
const LANCZOS: readonly [number, ...number[]] = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1_259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
]

function logGamma(value: number): number {
  const x = value - 1
  const [first, ...rest] = LANCZOS
  const sum = rest.reduce((total, coefficient, index) => total + coefficient / (x + index + 1), first)
  const t = x + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum)
}
