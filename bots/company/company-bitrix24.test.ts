import { expect, test } from 'vitest'
import { startBitrix24App } from '../../test/bitrix24-app.ts'
import { eventually } from '../../test/telegram-app.ts'
import { createFakeDaData } from '../../src/fakes/dadata.ts'
import { company } from './company.ts'

test('в Битрикс24 бот проверяет компанию, и команда относится к своему ИНН', async () => {
  const dadata = await createFakeDaData()
  const env = { BITRIX_BOT: 'company', DADATA_API_KEY: dadata.apiKey, DADATA_BASE_URL: dadata.url }
  const app = await startBitrix24App({ moreBots: [company], env })
  try {
    app.bitrix.say(7, 'ИНН 7701000026')
    await eventually(() =>
      expect(app.texts(7).join('\n')).toMatch(/ИНФОРМАЦИЯ О КОМПАНИИ[^]*ликвидируется[^]*языковая модель/),
    )
    const before = app.texts(7).length
    app.bitrix.say(7, '/risks 7801000037')
    await eventually(() => expect(app.texts(7).slice(before).join('\n')).toContain('Риск-скор: 67/100'))
    expect(app.texts(7).slice(before).join('\n')).not.toContain('ИНФОРМАЦИЯ О КОМПАНИИ')
  } finally {
    await app.close()
    await dadata.close()
  }
}, 60_000)
