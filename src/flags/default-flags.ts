import type { Config } from '../config.ts'
import type { FlagState } from './flags.ts'

/** The flags as the environment says, under guide 002's names. */
export function toDefaultFlags(config: Config): readonly FlagState[] {
  const plain = { percentage: 100, allow: [], deny: [], variant: 'A' } as const
  return [
    {
      ...plain,
      name: 'streaming',
      enabled: config.STREAMING_ENABLED,
      percentage: config.STREAMING_ROLLOUT_PERCENTAGE,
      allow: config.STREAMING_WHITELIST ?? [],
      deny: config.STREAMING_BLACKLIST ?? [],
    },
    { ...plain, name: 'tts', enabled: config.TTS_ENABLED, percentage: config.TTS_ROLLOUT_PERCENTAGE },
    {
      ...plain,
      name: 'abTest',
      enabled: config.AB_TEST_STREAMING,
      variant: config.AB_TEST_VARIANT === 'b' ? 'B' : 'A',
    },
    { ...plain, name: 'metrics', enabled: config.METRICS_ENABLED },
  ]
}
