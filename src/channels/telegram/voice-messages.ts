import { hearRecording, type Heard } from '../../messaging/hear-recording.ts'
import type { Recording } from '../../speech.ts'
import { MAX_FILE_MB } from './attachments.ts'
import type { Attachment, MessageDetail } from './message-detail.ts'
import type { MessageTask } from './message-task.ts'

/** The voice message that a message is; undefined when it is none. */
export function voiceOf({ attachments }: MessageDetail): Attachment | undefined {
  return attachments.find(({ kind }) => kind === 'voice')
}

/** Transcribes a voice message. Throws what is worth another attempt. */
export function hearVoice(task: MessageTask, { fileId, name, mimeType }: Attachment): Promise<Heard> {
  const { account, work } = task
  return hearRecording(task, async () => {
    const bytes = await account.api.download(fileId, { maxBytes: MAX_FILE_MB * 1_048_576 }, work.signal)
    return { bytes, name, contentType: mimeType }
  })
}

/** When answers in a chat are spoken: `auto` answers voice by voice. */
const MODES = ['on', 'off', 'auto'] as const
type VoiceMode = (typeof MODES)[number]

/** `/voice on`: says from now on, in this chat, when answers are spoken. Resolves with the reply. */
export async function setVoiceMode({ host, texts, work }: MessageTask): Promise<string> {
  if (!host.speech) return texts.voice.mute
  const [{ text }] = work.messages
  const mode = MODES.find((known) => known === text.trim().toLowerCase())
  if (!mode) return texts.voice.usage
  await host.notes.write('telegram', noteKey(work.messages[0]), mode)
  return texts.voice[mode]
}

async function voiceMode({ host, work }: MessageTask): Promise<VoiceMode> {
  const note = await host.notes.read('telegram', noteKey(work.messages[0]))
  return MODES.find((known) => known === note) ?? 'auto'
}

function noteKey({ conversation }: MessageTask['work']['messages'][0]): string {
  return `voice/${conversation.bot}/${conversation.key}`
}

/** The place of the voice message in the ledger. */
const VOICE_PART = 30_000

/**
 * Speaks an answer that was delivered as text, when the person wants that. It is sent once or not at all: a second
 * voice message would be worse than none, as the text is there. Speech that fails is nobody's failure.
 */
export async function sayAloud(task: MessageTask, text: string): Promise<void> {
  const { detail, host, work } = task
  const mode = host.speech && text !== '' ? await voiceMode(task) : 'off'
  if (!host.speech || mode === 'off' || (mode === 'auto' && !voiceOf(detail))) return
  let isFirst = false
  await work.outbox.place(VOICE_PART, async () => {
    isFirst = true
    return 'begun'
  })
  const { bot } = work.messages[0].conversation
  if (isFirst) {
    const request = { text, bot, language: detail.language, signal: work.signal }
    try {
      await sendVoice(task, await host.speech.voiceMessage(request))
    } catch {
      // Why speech failed is in the log; whoever cannot be written to was found out by the text.
      work.signal.throwIfAborted()
    }
  }
  await work.outbox.fill(VOICE_PART, { voice: true }, async () => undefined)
}

/** For an upload over a slow line. */
const UPLOAD_PATIENCE_MS = 60_000

async function sendVoice({ account, place, work }: MessageTask, recording: Recording): Promise<void> {
  const { InputFile } = await import('grammy')
  const { chatId, threadId, replyTo } = place
  const { bytes, seconds } = recording
  await account.schedule.deliver(chatId, work.signal, () =>
    account.api.call(
      (raw, signal) =>
        raw.sendVoice(
          {
            chat_id: chatId,
            voice: new InputFile(bytes, 'answer.ogg'),
            ...(seconds !== null && { duration: Math.max(1, Math.round(seconds)) }),
            ...(threadId !== null && { message_thread_id: threadId }),
            ...(replyTo !== null && {
              reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
            }),
          },
          signal,
        ),
      work.signal,
      UPLOAD_PATIENCE_MS,
    ),
  )
}
