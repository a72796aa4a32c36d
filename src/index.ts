/**
 * The public API: what a user's project imports from `botyard`.
 * @module
 */
export { defineBot, type Bot, type BotDefinition, type BotLimits } from './bot.ts'
export type {
  AnswerContext,
  AnswerInCode,
  AnswerPiece,
  AskableModel,
  AskedQuestion,
  ModelQuestion,
} from './answer.ts'
export type {
  BotCommand,
  CommandContext,
  CommandDescription,
  CommandQuestion,
  CommandReply,
  Language,
} from './bot-commands.ts'
export type { BotVoice } from './bot-voice.ts'
export { escapeMarkdown } from './escape-markdown.ts'
export { defineConfig, type Project, type ProjectDefinition } from './project.ts'
export {
  defineTool,
  ToolError,
  type Tool,
  type ToolContext,
  type ToolDefinition,
  type ToolEmission,
  type ToolServices,
} from './tools/tool.ts'
export { companyTools } from './tools/company-tools.ts'
export { taskTools } from './tools/task-tools.ts'
export type * from './tasks/tasks.ts'
export {
  defineJob,
  type Job,
  type JobContext,
  type JobDefinition,
  type JobRun,
  type Jobs,
} from './jobs/job.ts'
export { documents, type DocumentsOptions } from './knowledge/documents-knowledge.ts'
export type {
  AddedDocument,
  BoundDocuments,
  CollectionStats,
  DocumentCollection,
  DocumentInfo,
  DocumentProgress,
  FoundPassage,
  NewDocument,
} from './documents.ts'
export { markdownPassages } from './knowledge/markdown-passages.ts'
export { passages } from './knowledge/passages.ts'
export type { Knowledge, KnowledgeSearch } from './knowledge/knowledge.ts'
export type { Message, Passage, ToolCall, ToolSpec } from './messages.ts'
export type { FinishReason, Model, ModelPart, ModelRequest, Usage } from './models/model.ts'
export { createAiSdkModel, type AiSdkLanguageModel } from './models/ai-sdk.ts'
export { createAnthropicModel } from './models/anthropic.ts'
export { createCohereModel } from './models/cohere.ts'
export type { HttpModelOptions, ModelTimeouts } from './models/http-model.ts'
export { createOfflineModel, type OfflineModelOptions } from './models/offline.ts'
export { createOpenAIModel, type OpenAIModelOptions } from './models/openai.ts'
export type { Json } from './inbound.ts'
export type { TurnEvent } from './events.ts'
export type { PoeAmount, PoeOrigin, PoeUpload, RequestOrigin } from './origin.ts'
export type { PoeOptions, PoePrice } from './poe-options.ts'
export type {
  CostGate,
  FeedbackGate,
  RolloutDefinition,
  RolloutGates,
  RolloutStep,
} from './rollout-options.ts'
export type { SiteOptions } from './site-options.ts'
export type { TelegramOptions, TelegramSentences } from './telegram-options.ts'
export type { PoeParameterControls } from './poe-parameters.ts'
export { createPoeModel } from './models/poe.ts'
export { AppError, ERRORS, type ErrorCode } from './errors.ts'
export { assessRisk } from './company/assess-risk.ts'
export {
  createAnalysisChecker,
  type AnalysisChecker,
  type DroppedSentence,
} from './company/check-analysis.ts'
export { findCompanyNumber, parseCompanyNumber, type FoundNumber } from './company/company-number.ts'
export type * from './company/company.ts'
export {
  composeReport,
  type CompanyReport,
  type ReportParts,
  type ReportSection,
  type SectionName,
} from './company/company-report.ts'
export { renderHtml as renderReportHtml } from './company/render-html.ts'
export { renderMarkdown as renderReportMarkdown } from './company/render-markdown.ts'
export { renderPdf as renderReportPdf } from './company/render-pdf.ts'
export type { FileKeeper, NewFile } from './answer-files.ts'
