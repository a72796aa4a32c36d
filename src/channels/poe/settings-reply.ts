import type { PoeOptions } from '../../poe-options.ts'

/**
 * The reply to a `settings` request. Poe may change its defaults at any time, so whatever has one is said; deprecated
 * keys are not. Source: Poe protocol 1.2, response version 2.
 */
export function toSettingsReply(
  options: PoeOptions,
  dependencies: Readonly<Record<string, number>>,
): Readonly<Record<string, unknown>> {
  const { introductionMessage, rateCard, costLabel, parameterControls } = options
  return {
    response_version: 2,
    server_bot_dependencies: dependencies,
    allow_attachments: options.allowAttachments ?? true,
    expand_text_attachments: options.expandTextAttachments ?? true,
    enable_image_comprehension: options.enableImageComprehension ?? false,
    enforce_author_role_alternation: options.enforceAuthorRoleAlternation ?? false,
    enable_multi_entity_prompting: options.enableMultiEntityPrompting ?? true,
    introduction_message: introductionMessage ?? '',
    ...(rateCard && { rate_card: rateCard }),
    ...(costLabel && { cost_label: costLabel }),
    ...(parameterControls && { parameter_controls: parameterControls }),
  }
}
