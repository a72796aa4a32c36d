import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startBitrix24Messenger } from './bitrix24-messenger.ts'
import { startBalancer, type Balancer } from './balancer.ts'
import type { DrillReport, MessageDrill } from './drill.ts'
import type { ReplicaPlaces } from './drilled-server.ts'
import { Fleet } from './fleet.ts'
import { isSpotless, judge, type JudgedChat } from './judge.ts'
import { measureLatencies } from './latencies.ts'
import type { Messenger } from './messenger.ts'
import { startModelTwins } from './model-twins.ts'
import type { Passing } from './passing.ts'
import { letPeopleAsk } from './people.ts'
import { createSeededRandom } from './seeded-random.ts'
import { toAsked, Timeline, type Journey } from './timeline.ts'
import { Unrest } from './unrest.ts'
import { startTelegramMessenger } from './telegram-messenger.ts'
import { startWire, type Wire } from './wire.ts'

const LOOK_MS = 25
/** Longer than a lease: whoever takes over the work of a dead replica has begun by then. */
const QUIET_MS = 6_000

/**
 * Runs one drill. Everything it starts is ended when it resolves or rejects; the database and the folder are the
 * caller's. Rejects when the server cannot be started or `signal` aborts.
 */
export async function runMessageDrill(drill: MessageDrill): Promise<DrillReport> {
  const closers: (() => unknown)[] = []
  try {
    return await run(drill, (close) => closers.push(close))
  } finally {
    for (const close of closers.toReversed()) await close()
  }
}

/** Everything around the replicas. */
interface Stage {
  readonly drill: MessageDrill
  readonly messenger: Messenger
  readonly timeline: Timeline
  readonly fleet: Fleet
  readonly unrest: Unrest
  readonly balancer: Balancer
  readonly places: (replica: string, port: number) => ReplicaPlaces
}

async function run(drill: MessageDrill, onEnd: (close: () => unknown) => void): Promise<DrillReport> {
  const stage = await setUp(drill, onEnd)
  const { messenger, timeline, fleet, unrest, balancer } = stage
  drill.signal.addEventListener('abort', () => fleet.killNow(), { once: true })
  await fleet.start()
  await messenger.connect(balancer.url, drill.signal)
  const looking = setInterval(() => look(stage), LOOK_MS)
  onEnd(() => clearInterval(looking))
  const killing = unrest.run()
  await letPeopleAsk({ ...drill, messenger, timeline, isLong: isLongFor(drill) })
  unrest.stop()
  await killing
  await settle(stage)
  await fleet.stop()
  timeline.read(messenger.calls)
  return report(stage)
}

function isLongFor({ seed, longAnswers }: MessageDrill): (question: number) => boolean {
  return (question) => createSeededRandom(seed, 'long', question).next() < longAnswers
}

async function setUp(drill: MessageDrill, onEnd: (close: () => unknown) => void): Promise<Stage> {
  const { seed, replicas, server, folder } = drill
  const messenger = await startMessenger(drill)
  onEnd(() => messenger.close())
  const timeline = new Timeline(messenger)
  const twins = await startModelTwins({
    faults: drill.faults,
    random: createSeededRandom(seed, 'model faults'),
    isLong: isLongFor(drill),
    onAsked: (question) => timeline.begun(question),
  })
  onEnd(() => twins.close())
  const watchers: ((passing: Passing) => void)[] = [spoilMessenger(drill, messenger)]
  const onPass = (passing: Passing): void => watchers.forEach((watch) => watch(passing))
  const wire = await startWire({ ...twins, messenger: messenger.url }, onPass)
  onEnd(() => wire.close())
  const targets = (): ReturnType<Fleet['ready']> => fleet.ready()
  const balancer = await startBalancer({ ...drill, targets, timeline, onPass })
  onEnd(() => balancer.close())
  const places = placesFor(drill, { wire, publicUrl: balancer.url, messenger })
  const fleet = new Fleet(
    Array.from({ length: replicas }, (_, index) => `replica-${index + 1}`).map((name) => ({
      name,
      command: server.command,
      folder: server.folder,
      env: (port: number) => server.environment(places(name, port)),
      logFile: join(folder, `${name}.log`),
    })),
  )
  onEnd(() => fleet.killAll())
  const killNow = (): void => fleet.killNow()
  process.once('exit', killNow)
  onEnd(() => process.off('exit', killNow))
  const unrest = new Unrest({ fleet, killEveryMs: drill.killEveryMs, seed, methods: messenger.methods })
  onEnd(() => unrest.stop())
  watchers.push((passing) => unrest.consider(passing))
  return { drill, messenger, timeline, fleet, unrest, balancer, places }
}

interface Surroundings {
  readonly wire: Wire
  readonly publicUrl: string
  readonly messenger: Messenger
}

function placesFor(
  { database, folder }: MessageDrill,
  { wire, publicUrl, messenger }: Surroundings,
): Stage['places'] {
  return (replica, port) => ({
    port,
    publicUrl,
    ...messenger.placesFor(wire.urlFor(replica, 'messenger')),
    models: {
      openai: wire.urlFor(replica, 'openai'),
      cohere: wire.urlFor(replica, 'cohere'),
      anthropic: wire.urlFor(replica, 'anthropic'),
    },
    databaseUrl: database.url,
    dataFolder: join(folder, 'data'),
  })
}

function startMessenger({ channel, ...options }: MessageDrill): Promise<Messenger> {
  return channel === 'bitrix24' ? startBitrix24Messenger(options) : startTelegramMessenger()
}

/** Now and then the call that passes fails. */
function spoilMessenger({ seed, faults }: MessageDrill, messenger: Messenger): (passing: Passing) => void {
  const random = createSeededRandom(seed, 'telegram faults')
  return ({ service, stage, method }) => {
    if (service !== 'messenger' || stage !== 'going' || !messenger.methods.spoiled.test(method)) return
    if (random.next() < faults) messenger.spoil(method, (items) => random.pick(items))
  }
}

function look({ drill, messenger, timeline, fleet }: Stage): void {
  timeline.read(messenger.calls)
  messenger.follow(timeline)
  const { journeys } = timeline
  drill.onProgress?.({
    seconds: (Date.now() - (journeys[0]?.askedAt ?? Date.now())) / 1_000,
    asked: journeys.length,
    acknowledged: timeline.count('acknowledgedAt'),
    answered: timeline.count('answeredAt'),
    messages: drill.messages,
    kills: fleet.kills,
    drains: fleet.drains,
  })
}

/** Until all is answered and the bot has been quiet for a while, or nothing has moved for too long. */
async function settle(stage: Stage): Promise<void> {
  const { drill, timeline, messenger, balancer, unrest } = stage
  let best = -1
  let movedAt = Date.now()
  for (;;) {
    const progress = timeline.count('answeredAt') + timeline.count('acknowledgedAt') - balancer.open
    if (progress > best) movedAt = Date.now()
    best = Math.max(best, progress)
    const done =
      timeline.count('answeredAt') === drill.messages && messenger.pending === 0 && balancer.open === 0
    const quietSince = Math.max(timeline.lastCallAt, unrest.lastAt, movedAt)
    if (Date.now() - (done ? quietSince : movedAt) > (done ? QUIET_MS : drill.patienceMs)) return
    await delay(LOOK_MS, undefined, { signal: drill.signal })
  }
}

async function report({
  drill,
  messenger,
  timeline,
  fleet,
  unrest,
  balancer,
  places,
}: Stage): Promise<DrillReport> {
  const ambiguous = (await drill.server.listAmbiguous?.(places('ledger', 0))) ?? []
  const { journeys } = timeline
  const verdict = judge(
    [...Map.groupBy(journeys, ({ chat }) => chat)].map(([chat, own]) =>
      describeChat(messenger, own, {
        chat,
        ambiguous: ambiguous.filter((unsure) => unsure === chat).length,
      }),
    ),
  )
  const times = journeys.flatMap(({ answeredAt }) => answeredAt ?? [])
  const seconds = (Math.max(...times) - Math.min(...journeys.map(({ askedAt }) => askedAt))) / 1_000
  const { server, channel = 'telegram', database, messages, chats, replicas, seed } = drill
  return {
    passed: isSpotless(verdict) && fleet.faults.length === 0,
    server: server.name,
    channel,
    database: database.label,
    messages,
    chats,
    replicas,
    seed,
    verdict,
    latencies: measureLatencies(journeys),
    seconds,
    answersPerSecond: times.length / seconds,
    kills: fleet.kills,
    drains: fleet.drains,
    phases: unrest.phases,
    duplicates: balancer.duplicates + messenger.repeated,
    modelCalls: timeline.modelCalls,
    trouble: fleet.faults,
  }
}

function describeChat(
  messenger: Messenger,
  asked: readonly Journey[],
  { chat, ambiguous }: Pick<JudgedChat, 'chat' | 'ambiguous'>,
): JudgedChat {
  return { chat, asked: asked.map(toAsked), shown: messenger.shown(chat), ambiguous }
}
