import { POE_CHECKS } from '../src/checks/poe/poe-checks.ts'

/** The text of `docs/verify-poe.md` before the table of checks. */
const PROSE = `# Verify a Poe server bot

\`botyard verify poe\` checks any server bot for Poe from outside, whatever it is written in: it sends what Poe sends, and
what Poe may send, and compares every answer with the protocol (version 1.2). The page is written by \`npm run docs\`.

\`\`\`sh
npx botyard verify poe https://bot.example.com/ --key 0123456789abcdef0123456789abcdef
\`\`\`

\`\`\`
✓ http.settings                  Settings are answered
✗ http.unknown-type              A request type nobody knows
    must: HTTP 501
    seen: HTTP 500 "Internal Server Error"
    source: Poe protocol specification: Requests
  → Answer every type you do not know with 501: Poe adds new ones.
…
98 passed, 2 with a warning, 1 failed, 39 skipped
\`\`\`

| Option                | What it does                                                                                                                                            |
| --------------------- | ------------------------------------------------------------------------------------------------------------------------------------------------------- |
| \`--key <key>\`         | The access key. Better in the variable \`POE_ACCESS_KEY\`, where other users of the computer do not see it. It is never printed. Without one, checks of keys are skipped. |
| \`--only <ids>\`        | Checks or groups of checks, with commas between: \`--only settings,stream.done-last\`.                                                                    |
| \`--bot-query <lines>\` | What the bot is asked. The first line is the question every check uses, default \`Say hello in one short sentence.\`; each further line is asked once.     |
| \`--timeout <s>\`       | How long a whole answer is awaited, default 60. The whole run sends nothing more after ten times that.                                                  |
| \`--json\`              | One JSON array: \`id\`, \`title\`, \`severity\`, \`status\` (\`pass\`, \`warn\`, \`fail\`, \`skip\`), \`expected\`, \`seen\`, \`source\`, \`remedy\`.                       |

The exit code is 1 when a rule that **must** hold does not. A rule that **should** hold is a warning: the specification
is silent there, or leaves the choice. What cannot be seen from outside, or not of this bot, is listed as skipped with the
reason. For a first look, \`botyard smoke\` asks for the settings and one question, and says in words what is wrong.

A run asks the bot about 70 questions, four at a time and once ten, all short: a bot that pays for its model pays for them.
Each comes from a new user in a new conversation, so that limits per user are not met.

## Answers the bot gives on demand only

Rules about errors, files, stored data and tool calls are looked at when such an answer was seen. Say with \`--bot-query\`
how to get one, a message a line:

\`\`\`sh
npx botyard verify poe https://bot.example.com/ --bot-query "hello
a message at which the bot fails
draw a picture"
\`\`\`

## In CI

Start the bot, wait until it answers, verify it. It needs no Botyard project; Node.js 24.9 or newer is enough.

\`\`\`yaml
- run: python bot.py & # the bot under test, listening on port 8000
- uses: actions/setup-node@v6
  with: { node-version: 24 }
- run: npx wait-on tcp:8000
- run: npx botyard verify poe http://localhost:8000/ --json > poe.json
  env:
    POE_ACCESS_KEY: \${{ secrets.POE_ACCESS_KEY }}
\`\`\`

A rule your bot breaks on purpose is left out by naming the others with \`--only\`, or judged by yourself:

\`\`\`sh
jq -e 'map(select(.status == "fail" and .id != "query.feedback")) == []' poe.json
\`\`\`

## Every check

\`never\`: it is part of the protocol, but cannot be seen from outside.
`

/** The page with every check, out of the same table that the command runs. */
export function verifyPoePage(
  table: (head: readonly string[], rows: readonly (readonly string[])[]) => string,
): string {
  const rows = POE_CHECKS.map((check, at) => [
    String(at + 1),
    `\`${check.id}\``,
    'skip' in check ? 'never' : check.severity,
    `${check.title}: ${check.expected}`,
    check.source,
    check.remedy,
  ])
  return `${PROSE}\n${table(['', 'Check', 'Severity', 'What holds', 'Source', 'When it does not'], rows)}\n`
}
