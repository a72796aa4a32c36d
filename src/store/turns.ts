import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Kysely, RawBuilder } from 'kysely'
import type { AnswerClaim } from '../answer-claim.ts'
import type { ConversationKey } from '../conversation.ts'
import { closeAbandoned, interruptAbandoned } from './abandoned-turns.ts'
import { countUsage } from './chatbot-usage.ts'
import { isClaimed } from './claimed-turns.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import type {
  BegunTurn,
  EventSegment,
  FinishedTurn,
  Hold,
  Lease,
  NewTurn,
  TurnLog,
  Turns,
  VoicedTurn,
} from './store.ts'
import { fromStoredEvents, toStoredEvents } from './stored-events.ts'
import { takeOver } from './take-over.ts'
import { toMessages } from './stored-messages.ts'
import type { MessageRow } from './stored-messages.ts'
import { toUuid } from './uuid.ts'

/** How many turns lose their logs in one transaction. */
const PRUNED_AT_ONCE = 500

export function createTurns(db: Kysely<Schema>, kind: Database['kind']): Turns {
  return {
    begin: (turn) => begin(db, turn, commitOfBegin(kind)),
    takeOver: (turn) => takeOver(db, turn),
    append: (segments, lease) => append(db, segments, lease),
    finish: (turn) => finish(db, turn),
    read: (turnId, afterSeq, claim) => read(db, { turnId, afterSeq, claim }),
    answerOf: (turnId, claim) => answerOf(db, turnId, claim),
    conversationOf: (turnId) => conversationOf(db, turnId),
    requestStop: (turnId, claim) => requestStop(db, turnId, claim),
    noteVoice: (turnId, voice) => noteVoice(db, turnId, voice),
    interruptAbandoned: (options) => interruptAbandoned(db, options),
    pruneLogs: (olderThanMs) => pruneLogs(db, olderThanMs),
  }
}

/**
 * A server keeps a begin that it has not yet forced to its disk: whatever is stored next, at the latest the first events, takes
 * it along. Embedded, the same setting would keep it in the memory of this process.
 */
function commitOfBegin(kind: Database['kind']): 'on' | 'off' {
  return kind === 'postgres' ? 'off' : 'on'
}

/** One statement, because it stands before the first token. Its parts share a snapshot: history excludes the new message. */
async function begin(
  db: Kysely<Schema>,
  turn: NewTurn,
  synchronousCommit: 'on' | 'off',
): Promise<BegunTurn | undefined> {
  const { bot, channel, key } = turn.conversation
  const { rows } = await sql<MessageRow & { readonly conversation_id: string }>`/* begin-turn */
    with committing as (
      select set_config('synchronous_commit', ${synchronousCommit}, true)
    ), conversation as (
      insert into conversations (id, bot, channel, key, subject)
      select ${randomUUID()}::uuid, ${bot}, ${channel}, ${key}, ${turn.subject}
      from committing where not exists (select from turns where id = ${turn.turnId})
      on conflict (bot, channel, key) do update set updated_at = now()
      returning id
    ), turn as (
      insert into turns (id, conversation_id, bot, channel, subject, revision, model, owner, lease_until)
      select ${turn.turnId}, id, ${bot}, ${channel}, ${turn.subject}, ${turn.revision}, ${turn.model},
        ${turn.owner}, ${leaseEnd(turn)} from conversation
      on conflict (id) do nothing
      returning conversation_id
    ), message as (
      insert into messages (id, conversation_id, role, text, turn_id)
      select ${randomUUID()}, conversation_id, 'user', ${turn.text}::text, ${turn.turnId} from turn where ${turn.text}::text <> ''
    )
    select turn.conversation_id, history.id, history.role, history.text, history.created_at
    from turn left join lateral (
      select * from messages where conversation_id = turn.conversation_id
      order by position desc limit ${turn.historyLimit}
    ) history on true
    order by history.position`.execute(db)
  const first = rows[0]
  if (first === undefined) return undefined
  return { conversationId: first.conversation_id, history: toMessages(rows) }
}

async function append(
  db: Kysely<Schema>,
  segments: readonly EventSegment[],
  hold: Hold,
): Promise<ReadonlyMap<string, 'stop-requested' | 'lost'>> {
  if (segments.length === 0) return new Map()
  const ids = sql`${segments.map(({ turnId }) => turnId)}::uuid[]`
  const rows = segments.flatMap((segment) => toSegmentRow(segment))
  const name = sql.raw(hold.renewForMs === null ? '/* append-events */' : '/* append-and-renew */')
  const { rows: notable } = await sql<{ readonly id: string; readonly lost: boolean }>`${name}
    with held as (${holdTurns(ids, hold)}),
    written as (${insertSegments(rows, sql`join held on held.id = segment.turn_id`)})
    select asked.id, held.id is null as lost
    from unnest(${ids}) as asked (id)
    left join held on held.id = asked.id
    where held.id is null or held.stop_requested_at is not null`.execute(db)
  return new Map(notable.map(({ id, lost }) => [id, lost ? 'lost' : 'stop-requested']))
}

/** The turns that `owner` still holds, locked until the commit, so that nobody closes one while it is appended to. */
function holdTurns(ids: RawBuilder<unknown>, { owner, renewForMs }: Hold): RawBuilder<unknown> {
  const held = sql`id = any(${ids}) and owner = ${owner} and outcome is null`
  if (renewForMs === null) return sql`select id, stop_requested_at from turns where ${held} for share`
  const until = leaseEnd({ leaseMs: renewForMs })
  return sql`update turns set lease_until = ${until} where ${held} returning id, stop_requested_at`
}

async function finish(db: Kysely<Schema>, turn: FinishedTurn): Promise<boolean> {
  const { rows } = await sql`/* finish-turn */
    with closed as (
      update turns set
        outcome = ${turn.outcome}, error_code = ${turn.errorCode},
        first_token_ms = ${turn.firstTokenMs === null ? null : Math.round(turn.firstTokenMs)},
        duration_ms = ${Math.round(turn.durationMs)},
        input_tokens = ${turn.inputTokens}, output_tokens = ${turn.outputTokens},
        steps = ${turn.steps}, tool_calls = ${turn.toolCalls}, tool_ms = ${Math.round(turn.toolMs)},
        first_audio_ms = ${turn.firstAudioMs}, audio_chunks = ${turn.audioChunks}, words = ${turn.words},
        characters = ${turn.text.length}, queue_ms = ${turn.queueMs}, ended_at = now()
      where id = ${turn.turnId} and owner = ${turn.owner} and outcome is null
      returning id, conversation_id, bot
    ), answer as (
      insert into messages (id, conversation_id, role, text, turn_id)
      select ${randomUUID()}, conversation_id, 'assistant', ${turn.text}::text, id from closed where ${turn.text}::text <> ''
    ), touched as (
      update conversations set updated_at = now() where id in (select conversation_id from closed)
    ), counted as (${countUsage({ tokens: turn.inputTokens + turn.outputTokens })}
    ), written as (${insertSegments(toSegmentRow(turn), sql`join closed on closed.id = segment.turn_id`)})
    select 1 from closed`.execute(db)
  return rows.length > 0
}

/** What is read of which turn, and for whom. */
interface LogPlace {
  readonly turnId: string
  readonly afterSeq: number
  readonly claim: AnswerClaim | undefined
}

async function read(db: Kysely<Schema>, place: LogPlace): Promise<TurnLog | undefined> {
  const { turnId, afterSeq } = place
  if (toUuid(turnId) === null) return undefined
  let rows = await readLog(db, place)
  if (rows[0]?.expired === true) {
    await closeAbandoned(db, turnId, { all: false })
    rows = await readLog(db, place)
  }
  const first = rows[0]
  if (first === undefined) return undefined
  const events = rows.flatMap(({ firstSeq, events }) => fromStoredEvents(firstSeq ?? 0, events ?? '[]'))
  return { events: events.filter(({ seq }) => seq > afterSeq), running: first.running }
}

/** A turn and one segment of its log; the segment is null in the one row of a turn without further events. */
interface LogRow {
  readonly running: boolean
  readonly expired: boolean
  readonly firstSeq: number | null
  readonly events: string | null
}

async function readLog(
  db: Kysely<Schema>,
  { turnId, afterSeq, claim }: LogPlace,
): Promise<readonly LogRow[]> {
  const { rows } = await sql<LogRow>`
    select t.outcome is null as running, t.outcome is null and t.lease_until < now() as expired,
      e.first_seq as "firstSeq", e.events
    from turns t left join turn_events e on e.turn_id = t.id and e.last_seq > ${afterSeq}
    where t.id = ${turnId} and ${isClaimed(claim)}
    order by e.first_seq`.execute(db)
  return rows
}

async function answerOf(
  db: Kysely<Schema>,
  turnId: string,
  claim: AnswerClaim | undefined,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('turns as t')
    .innerJoin('messages', (join) =>
      join.onRef('messages.conversation_id', '=', 't.conversation_id').onRef('messages.turn_id', '=', 't.id'),
    )
    .select('messages.text')
    .where('t.id', '=', turnId)
    .where('messages.role', '=', 'assistant')
    .where(isClaimed(claim))
    .executeTakeFirst()
  return row?.text
}

async function conversationOf(db: Kysely<Schema>, turnId: string): Promise<ConversationKey | undefined> {
  return db
    .selectFrom('turns')
    .innerJoin('conversations', 'conversations.id', 'turns.conversation_id')
    .select(['conversations.bot', 'conversations.channel', 'conversations.key'])
    .where('turns.id', '=', turnId)
    .executeTakeFirst()
}

async function requestStop(
  db: Kysely<Schema>,
  turnId: string,
  claim: AnswerClaim | undefined,
): Promise<boolean> {
  if (toUuid(turnId) === null) return false
  const { rows } = await sql`
    update turns t set stop_requested_at = coalesce(stop_requested_at, now())
    where id = ${turnId} and outcome is null and lease_until > now() and ${isClaimed(claim)}
    returning id`.execute(db)
  return rows.length > 0
}

/** Speech ends a little after its turn. */
async function noteVoice(
  db: Kysely<Schema>,
  turnId: string,
  { chunks, firstAudioMs }: Parameters<Turns['noteVoice']>[1],
): ReturnType<Turns['noteVoice']> {
  const { rows } = await sql<VoicedTurn & { readonly first: boolean }>`
    with before as (select id, first_audio_ms from turns where id = ${turnId} for update)
    update turns set audio_chunks = greatest(audio_chunks, ${chunks}::integer),
      first_audio_ms = coalesce(turns.first_audio_ms, ${firstAudioMs === null ? null : Math.round(firstAudioMs)}::integer)
    from before where turns.id = before.id
    returning bot, revision, channel, model,
      before.first_audio_ms is null and turns.first_audio_ms is not null as first`.execute(db)
  const turn = rows[0]
  if (!turn?.first) return undefined
  const { bot, revision, channel, model } = turn
  return { bot, revision, channel, model }
}

async function pruneLogs(db: Kysely<Schema>, olderThanMs: number): Promise<number> {
  const { rows } = await sql<{ readonly turns: number }>`
    with old as (
      select id from turns
      where ended_at < now() - ${olderThanMs}::float8 * interval '1 millisecond'
        and exists (select from turn_events where turn_id = turns.id)
      limit ${PRUNED_AT_ONCE}
    ), deleted as (
      delete from turn_events using old where turn_id = old.id returning turn_id
    )
    select count(distinct turn_id)::integer as turns from deleted`.execute(db)
  const turns = rows[0]?.turns ?? 0
  return turns < PRUNED_AT_ONCE ? turns : turns + (await pruneLogs(db, olderThanMs))
}

interface SegmentRow {
  readonly turnId: string
  readonly firstSeq: number
  readonly lastSeq: number
  readonly events: string
}

function toSegmentRow({ turnId, events }: EventSegment): readonly SegmentRow[] {
  const first = events[0]
  const last = events.at(-1)
  if (first === undefined || last === undefined) return []
  return [{ turnId, firstSeq: first.seq, lastSeq: last.seq, events: toStoredEvents(events) }]
}

/** Writing a segment again, perhaps longer, is harmless: the first attempt may have been committed unnoticed. */
function insertSegments(rows: readonly SegmentRow[], fence: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    insert into turn_events (turn_id, first_seq, last_seq, events)
    select segment.* from unnest(
      ${rows.map(({ turnId }) => turnId)}::uuid[], ${rows.map(({ firstSeq }) => firstSeq)}::integer[],
      ${rows.map(({ lastSeq }) => lastSeq)}::integer[], ${rows.map(({ events }) => events)}::text[]
    ) as segment (turn_id, first_seq, last_seq, events) ${fence}
    on conflict (turn_id, first_seq) do update set last_seq = excluded.last_seq, events = excluded.events
    where excluded.last_seq > turn_events.last_seq`
}

function leaseEnd({ leaseMs }: Pick<Lease, 'leaseMs'>): RawBuilder<Date> {
  return sql`now() + ${leaseMs}::float8 * interval '1 millisecond'`
}
