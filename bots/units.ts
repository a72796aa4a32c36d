/** One unit: `factor` times its amount is the amount in the base unit of its kind. */
interface Unit {
  readonly kind: string
  readonly symbol: string
  readonly factor: number
  /** Added after the factor; only temperatures have one. */
  readonly offset: number
  readonly names: readonly string[]
}

/** `symbol factor names`, separated by commas, by kind; a `*` stands for any ending. */
const TABLE: Readonly<Record<string, string>> = {
  length: `
    mm 0.001 millimet* мм миллиметр*, cm 0.01 centimet* см сантиметр*, m 1 meter* metre* м метр*,
    km 1000 kilomet* км километр*, in 0.0254 inch* дюйм*, ft 0.3048 foot feet фут*,
    yd 0.9144 yard* ярд*, mi 1609.344 mile* мил*, nmi 1852 nm`,
  mass: `
    mg 0.000001 milligram* мг миллиграмм*, g 0.001 gram* г грамм*,
    kg 1 kilogram* kilo* кг килограмм* кило, t 1000 ton tons tonne* т тонн*,
    oz 0.028349523125 ounce* унци*, lb 0.45359237 lbs pound* фунт*, st 6.35029318 stone*`,
  volume: `
    ml 0.001 millilit* мл миллилитр*, l 1 liter* litre* л литр*, m³ 1000 m3 м3 м³,
    gal 3.785411784 gallon* галлон*, pt 0.473176473 pint* пинт*, cup 0.2365882365 cups,
    floz 0.0295735295625`,
  area: `
    m² 1 m2 sqm м2 м², km² 1000000 km2 км2 км², ha 10000 hectare* га гектар*,
    acre 4046.8564224 acres акр*, ft² 0.09290304 ft2 sqft`,
  speed: `
    m/s 1 м/с, km/h 0.2777777777777778 kmh kph км/ч, mph 0.44704,
    kn 0.5144444444444445 knot* узел узл*`,
  time: `
    ms 0.001 millisecond* мс, s 1 sec second* с сек секунд*, min 60 minute* мин минут*,
    h 3600 hr hour* ч час*, d 86400 day* день дня дней дни сут*, wk 604800 week* недел*,
    yr 31557600 year* год* лет`,
  data: `
    B 1 byte* байт*, KB 1000 kilobyte* кб килобайт*, MB 1000000 megabyte* мб мегабайт*,
    GB 1000000000 gigabyte* гб гигабайт*, TB 1000000000000 terabyte* тб терабайт*, KiB 1024 kibibyte*,
    MiB 1048576 mebibyte*, GiB 1073741824 gibibyte*`,
  energy: `
    J 1 joule* дж джоул*, kJ 1000 kilojoule* кдж, cal 4.184 calorie* кал калори*,
    kcal 4184 ккал килокалори*, kWh 3600000 квтч`,
}

const TEMPERATURES: readonly Unit[] = [
  {
    kind: 'temperature',
    symbol: '°C',
    factor: 1,
    offset: 0,
    names: ['c', 'celsius', 'centigrade', 'цельси*'],
  },
  {
    kind: 'temperature',
    symbol: '°F',
    factor: 5 / 9,
    offset: -160 / 9,
    names: ['f', 'fahrenheit', 'фаренгейт*'],
  },
  { kind: 'temperature', symbol: 'K', factor: 1, offset: -273.15, names: ['k', 'kelvin*', 'кельвин*'] },
]

export interface Conversion {
  readonly result: number
  /** The units as they are usually written. */
  readonly from: string
  readonly to: string
}

/** Converts an amount; throws an `Error` with a sentence for the person when a unit is unknown or does not fit. */
export function convertUnits(amount: number, from: string, to: string): Conversion {
  const units = [
    ...TEMPERATURES,
    ...Object.entries(TABLE).flatMap(([kind, rows]) =>
      rows.split(',').map((row) => readUnit(kind, row.trim())),
    ),
  ]
  const source = requireUnit(units, from)
  const target = requireUnit(units, to)
  if (source.kind !== target.kind)
    throw new Error(
      `"${from}" measures ${source.kind} and "${to}" measures ${target.kind}, so there is no conversion.`,
    )
  const base = amount * source.factor + source.offset
  const result = Number(((base - target.offset) / target.factor).toPrecision(6))
  return { result, from: source.symbol, to: target.symbol }
}

function readUnit(kind: string, row: string): Unit {
  const [symbol = '', factor, ...names] = row.split(' ')
  return { kind, symbol, factor: Number(factor), offset: 0, names }
}

/** The written symbol first, with its capitals (`MB`, `mb`), then the names. */
function requireUnit(units: readonly Unit[], text: string): Unit {
  const wanted = text.trim().replace(/^(?:°|degrees?\s+|градус\p{L}*\s+)/iu, '')
  const lower = wanted.toLowerCase()
  const unit =
    units.find(({ symbol }) => symbol === wanted) ??
    units.find(
      ({ symbol, names }) => symbol.toLowerCase() === lower || names.some((name) => fits(name, lower)),
    )
  if (unit) return unit
  throw new Error(
    `I do not know the unit "${text}". I know length, mass, volume, area, speed, time, data, energy and temperature.`,
  )
}

function fits(name: string, wanted: string): boolean {
  return name.endsWith('*') ? wanted.startsWith(name.slice(0, -1)) : name === wanted
}
