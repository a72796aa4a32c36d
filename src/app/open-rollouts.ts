import { toDefaultFlags } from '../flags/default-flags.ts'
import { FlagBoard } from '../flags/flag-board.ts'
import type { ModelResolver } from '../models/resolve-model.ts'
import { Poller, type Refreshed } from '../poller.ts'
import type { Project } from '../project.ts'
import { toRolloutOptions } from '../rollout-options.ts'
import { createRevisions, type RevisionSources } from '../rollout/revisions.ts'
import { RevisionChooser } from '../rollout/revision-chooser.ts'
import type { RolloutDesk } from '../rollout/rollout.ts'
import { RolloutRunner } from '../rollout/rollout-runner.ts'
import { StoredDesk } from '../rollout/stored-desk.ts'
import type { ServedBot } from '../served-bot.ts'
import type { StoredRollout } from '../store/store.ts'
import type { AppParts } from './app-parts.ts'
import { createModels } from './create-models.ts'
import { openOwnChatbots } from './open-chatbots.ts'
import { serveBot, serveBots } from './serve-bot.ts'

export interface RolloutParts extends Pick<AppParts, 'config' | 'log' | 'store' | 'bots'> {
  readonly project: Project
  readonly models: ModelResolver
  /** A published revision of a chatbot. */
  readonly published?: RevisionSources['published']
}

/** Flags and rollouts of this process. */
export interface Rollouts {
  readonly flags: FlagBoard
  readonly desk: RolloutDesk
  readonly choose: RevisionChooser['choose']
  readonly open: RevisionChooser['open']
  close(): Promise<void>
}

interface WatchedParts extends RolloutParts {
  readonly chatbots: Refreshed
}

/** Reads flags, chatbots and rollouts and keeps them fresh; a database that is away is asked again. */
export async function openRollouts(parts: WatchedParts): Promise<Rollouts> {
  const { config, log, store, bots, chatbots } = parts
  const flags = new FlagBoard(store.flags, toDefaultFlags(config))
  const enabled = config.ROLLOUTS_ENABLED
  // What cannot be read at once is read by the poller soon.
  const refresh = async (): Promise<void> => {
    if (enabled) await runner.refresh().catch(() => undefined)
  }
  const { chooser, desk } = createDesk(parts, refresh)
  const runner = new RolloutRunner({
    store: store.rollouts,
    chooser,
    find: (name) => bots.find(name),
    evaluateMs: config.ROLLOUT_EVALUATE_MS,
    onMove: (rollout, move) => tellMove(log, rollout, move),
    onProblem: ({ bot }, error) =>
      log.error({ err: error, bot }, 'a rollout could not be judged; trying again'),
  })
  const poller = new Poller(enabled ? [flags, chatbots, runner] : [flags, chatbots], {
    everyMs: config.ROLLOUT_POLL_MS,
    // Nobody else writes to an embedded database.
    isDue: () => store.kind === 'postgres' || chooser.open().length > 0,
    onChange: (error) =>
      error === undefined
        ? log.info('flags, chatbots and rollouts are fresh again')
        : log.error(
            { err: error },
            'flags, chatbots and rollouts cannot be read and stay as they are; trying again',
          ),
  })
  await poller.start()
  return {
    flags,
    desk,
    choose: (request) => chooser.choose(request),
    open: () => chooser.open(),
    close: async () => {
      await poller.close()
      await runner.settled()
    },
  }
}

interface Desk {
  readonly chooser: RevisionChooser
  readonly desk: RolloutDesk
}

function createDesk(parts: RolloutParts, onChange: () => Promise<void>): Desk {
  const { config, log, store, bots, project, published } = parts
  const candidates = serveCandidates(parts)
  const revisions = createRevisions({ bots, candidates, ...(published && { published }) })
  const chooser = new RevisionChooser({
    store: store.rollouts,
    find: (name) => bots.find(name),
    revision: (bot, revision) => revisions.revision(bot, revision),
    onMissing: (missing) =>
      log.warn(
        missing,
        'a rollout names a revision that this server does not have; it serves the stable one',
      ),
  })
  const desk = new StoredDesk({
    store: store.rollouts,
    audit: store.audit,
    bots: project.bots.map(({ name }) => name),
    stableOf: (bot) => chooser.stableOf(bot),
    ...revisions,
    knownAfterMs: 2 * config.ROLLOUT_POLL_MS,
    optionsOf: (bot) => toRolloutOptions(bots.find(bot)?.bot.rollout, project.rollout),
    onChange,
  })
  return { chooser, desk }
}

/** The desk alone, for a command: it changes the database, and the servers see it. */
export async function openRolloutDesk(
  parts: Pick<RolloutParts, 'config' | 'log' | 'store' | 'project'>,
): Promise<RolloutDesk> {
  const { config, log, store, project } = parts
  const models = createModels(config)
  const code = serveBots(project.bots.map((bot) => serveBot(bot, models, config)))
  const onWarning = (message: string, error: unknown): void => log.warn({ err: error }, message)
  // Nobody asks the bots here, so nothing is searched for them.
  const library = { search: () => Promise.resolve([]) }
  const chatbots = await openOwnChatbots({ config, store, code, models, library, onWarning })
  const published = (id: string, hash: string) => chatbots.revision(id, hash)
  const whole = { ...parts, models, bots: chatbots.served, published }
  const { chooser, desk } = createDesk(whole, () => Promise.resolve())
  chooser.update(await store.rollouts.active())
  return desk
}

/** The flags alone, for a command. */
export async function openFlags({
  config,
  store,
}: Pick<RolloutParts, 'config' | 'store'>): Promise<FlagBoard> {
  const flags = new FlagBoard(store.flags, toDefaultFlags(config))
  await flags.refresh()
  return flags
}

/** Candidates that differ from what is served; the rest is left over from a rollout that a deploy has completed. */
function serveCandidates({ config, log, bots, project, models }: RolloutParts): readonly ServedBot[] {
  return project.candidates
    .map((bot) => serveBot(bot, models, config))
    .filter(({ bot, revision }) => {
      const same = bots.find(bot.name)?.revision === revision
      if (same) log.warn({ bot: bot.name, revision }, 'a candidate is what is served already; remove it')
      return !same
    })
}

type TellMove = Parameters<ConstructorParameters<typeof RolloutRunner>[0]['onMove']>

function tellMove(
  log: AppParts['log'],
  rollout: StoredRollout,
  { status, stage, reason }: TellMove[1],
): void {
  const { bot, candidate, options } = rollout
  const percent = status === 'running' || status === 'paused' ? options.plan[stage]?.percent : undefined
  const told = { bot, candidate, status, percent, reason }
  if (status === 'rolled-back' || status === 'paused') log.error(told, 'a rollout needs attention')
  else log.info(told, 'a rollout went on')
}
