export { createOpenAI } from '@ai-sdk/openai'
export { Agent } from '@mastra/core/agent'
