import {
  Counter,
  Gauge,
  Histogram,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
  type Registry,
} from 'prom-client'

type Own<Configuration> = Omit<Configuration, 'registers'>

/** A number that rises and falls; with `collect` it is read at each scrape. */
export function addGauge<Label extends string = never>(
  registry: Registry,
  options: Own<GaugeConfiguration<Label>>,
): Gauge<Label> {
  return new Gauge({ ...options, registers: [registry] })
}

/** A number that only rises. */
export function addCounter<Label extends string = never>(
  registry: Registry,
  options: Own<CounterConfiguration<Label>>,
): Counter<Label> {
  return new Counter({ ...options, registers: [registry] })
}

/** How many measurements lie where. */
export function addHistogram<Label extends string = never>(
  registry: Registry,
  options: Own<HistogramConfiguration<Label>>,
): Histogram<Label> {
  return new Histogram({ ...options, registers: [registry] })
}

/** A number without labels that is read at each scrape. */
export function addReading(
  registry: Registry,
  { name, help, read }: { readonly name: string; readonly help: string; readonly read: () => number },
): void {
  addGauge(registry, {
    name,
    help,
    collect() {
      this.set(read())
    },
  })
}
