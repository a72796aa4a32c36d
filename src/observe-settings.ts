import { addresses, anyText, decimal, keys, webUrl } from './setting-types.ts'
import type { Setting } from './settings.ts'

/** The rows of `SETTINGS` about numbers, traces, reports of errors, and alerts. */
export const OBSERVE_SETTINGS = {
  METRICS_TOKEN: {
    section: 'Operation',
    about:
      'Lets programs read metrics, numbers and details of health with `Authorization: Bearer …`; tokens of operators do so without it.',
    type: anyText,
    example: 'the-output-of-openssl-rand-hex-24',
    secret: true,
  },
  METRICS_ALLOWED_IPS: {
    section: 'Operation',
    about:
      'Addresses and networks, such as that of Prometheus, that read the same without a token; outside production this computer always does.',
    type: addresses,
    example: '10.0.0.0/8,127.0.0.1',
  },
  REPLICA: {
    section: 'Operation',
    about:
      'Names this process in its metrics, where several share one port; PM2 sets `NODE_APP_INSTANCE` by itself.',
    type: anyText,
    aliases: ['NODE_APP_INSTANCE'],
    example: '1',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    section: 'Operation',
    about: 'Where traces go, as OTLP over HTTP; `/v1/traces` is added. Without it there are no traces.',
    type: webUrl,
    example: 'http://localhost:4318',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    section: 'Operation',
    about: 'Headers for the receiver of traces, as `name=value` separated by commas.',
    type: keys,
    example: 'authorization=Bearer …',
    secret: true,
  },
  OTEL_SERVICE_NAME: {
    section: 'Operation',
    about: 'How this service is called in traces.',
    type: anyText,
    default: 'botyard',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    section: 'Operation',
    about: 'The share of traces that are kept, where the caller has not decided.',
    type: decimal(0, 1),
    default: '1',
  },
  SENTRY_DSN: {
    section: 'Operation',
    about: 'Where errors are reported, without what people said; needs the package `@sentry/node`.',
    type: anyText,
    example: 'https://key@o1.ingest.sentry.io/1',
    secret: true,
  },
  SENTRY_ENVIRONMENT: {
    section: 'Operation',
    about: 'How this environment is called in reports of errors. Without it `NODE_ENV`.',
    type: anyText,
    example: 'production',
  },
  ALERT_WEBHOOK_URL: {
    section: 'Operation',
    about: 'Where `botyard watch` posts alerts as `{"text":"…"}`, which Slack and its likes read.',
    type: webUrl,
    aliases: ['SLACK_WEBHOOK_URL'],
    example: 'https://hooks.slack.com/services/…',
    secret: true,
  },
  ALERT_EMAIL: {
    section: 'Operation',
    about: 'To whom `botyard watch` mails alerts; needs `SMTP_URL`.',
    type: anyText,
    example: 'on-call@example.com',
  },
  ALERT_FROM: {
    section: 'Operation',
    about: 'The sender of mails of `botyard watch`. Without it the first receiver.',
    type: anyText,
    example: 'botyard@example.com',
  },
  SMTP_URL: {
    section: 'Operation',
    about: 'The mail server, as `smtp://user:password@host:587` or `smtps://…:465`.',
    type: anyText,
    example: 'smtp://localhost:25',
    secret: true,
  },
} as const satisfies Record<string, Setting>
