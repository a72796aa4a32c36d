/** Places that have no time zone named after them, and Russian names of those asked for most. */
const PLACES = {
  'Africa/Cairo': 'Egypt, Каир, Египет',
  'America/Chicago': 'Dallas, Houston, Austin, Чикаго',
  'America/Los_Angeles':
    'San Francisco, San Diego, Seattle, Las Vegas, California, Лос-Анджелес, Сан-Франциско',
  'America/New_York':
    'NYC, Washington, Boston, Miami, Atlanta, Philadelphia, Нью-Йорк, Вашингтон, Бостон, Майами',
  'America/Sao_Paulo': 'Rio de Janeiro, Рио-де-Жанейро, Сан-Паулу',
  'America/Toronto': 'Ottawa, Montreal, Торонто',
  'Asia/Almaty': 'Astana, Kazakhstan, Алматы, Астана, Казахстан',
  'Asia/Baku': 'Azerbaijan, Баку, Азербайджан',
  'Asia/Bangkok': 'Thailand, Phuket, Бангкок, Таиланд, Пхукет',
  'Asia/Dubai': 'UAE, Abu Dhabi, Дубай, Абу-Даби',
  'Asia/Hong_Kong': 'Гонконг',
  'Asia/Jerusalem': 'Tel Aviv, Israel, Иерусалим, Тель-Авив, Израиль',
  'Asia/Kolkata': 'India, Delhi, New Delhi, Mumbai, Bangalore, Kolkata, Индия, Дели, Мумбаи',
  'Asia/Krasnoyarsk': 'Красноярск',
  'Asia/Makassar': 'Bali, Бали',
  'Asia/Novosibirsk': 'Новосибирск',
  'Asia/Seoul': 'South Korea, Korea, Сеул, Корея',
  'Asia/Shanghai': 'China, Beijing, Shenzhen, Китай, Пекин, Шанхай',
  'Asia/Singapore': 'Сингапур',
  'Asia/Tashkent': 'Uzbekistan, Ташкент, Узбекистан',
  'Asia/Tbilisi': 'Тбилиси, Грузия',
  'Asia/Tokyo': 'Japan, Osaka, Kyoto, Токио, Япония',
  'Asia/Vladivostok': 'Владивосток',
  'Asia/Yekaterinburg': 'Ekaterinburg, Екатеринбург, Челябинск, Пермь, Уфа',
  'Asia/Yerevan': 'Armenia, Ереван, Армения',
  'Australia/Sydney': 'Canberra, Сидней',
  'Europe/Amsterdam': 'Netherlands, Амстердам',
  'Europe/Athens': 'Greece, Афины, Греция',
  'Europe/Belgrade': 'Serbia, Белград, Сербия',
  'Europe/Berlin': 'Germany, Munich, Hamburg, Frankfurt, Cologne, Берлин, Германия, Мюнхен',
  'Europe/Istanbul': 'Turkey, Ankara, Antalya, Стамбул, Турция, Анталья',
  'Europe/Kaliningrad': 'Калининград',
  'Europe/Kyiv': 'Kiev, Ukraine, Киев, Украина',
  'Europe/Lisbon': 'Portugal, Лиссабон, Португалия',
  'Europe/London': 'UK, England, Britain, Edinburgh, Manchester, Лондон, Англия, Великобритания',
  'Europe/Madrid': 'Spain, Barcelona, Мадрид, Испания, Барселона',
  'Europe/Minsk': 'Belarus, Минск, Беларусь',
  'Europe/Moscow':
    'St Petersburg, Saint Petersburg, Sochi, Kazan, Москва, Санкт-Петербург, Петербург, Сочи, Казань',
  'Europe/Paris': 'France, Lyon, Nice, Париж, Франция',
  'Europe/Prague': 'Czechia, Прага, Чехия',
  'Europe/Rome': 'Italy, Milan, Venice, Рим, Италия, Милан',
  'Europe/Samara': 'Самара',
  'Europe/Stockholm': 'Sweden, Стокгольм, Швеция',
  'Europe/Vienna': 'Austria, Вена, Австрия',
  'Europe/Warsaw': 'Poland, Варшава, Польша',
  'Europe/Zurich': 'Switzerland, Geneva, Bern, Цюрих, Женева, Швейцария',
  UTC: 'UTC, GMT, Greenwich, Гринвич',
} as const satisfies Readonly<Record<string, string>>

export interface Place {
  /** The place as people call it. */
  readonly name: string
  /** Its IANA time zone. */
  readonly timeZone: string
}

/**
 * The place a person means: an IANA time zone (`Asia/Tokyo`), a city that has one, or a place of the table, also
 * with a Russian ending ("Париже"). Undefined when it is none of them.
 */
export function findPlace(text: string): Place | undefined {
  const wanted = normalise(text)
  return findZone(wanted) ?? findInTable(wanted)
}

function findZone(wanted: string): Place | undefined {
  const zone = Intl.supportedValuesOf('timeZone').find(
    (zone) => normalise(zone) === wanted || normalise(zone.split('/').at(-1) ?? '') === wanted,
  )
  return zone === undefined
    ? undefined
    : { name: (zone.split('/').at(-1) ?? zone).replaceAll('_', ' '), timeZone: zone }
}

function findInTable(wanted: string): Place | undefined {
  const rows = Object.entries(PLACES).flatMap(([timeZone, names]) =>
    names.split(', ').map((name) => ({ name, timeZone })),
  )
  const exact = rows.find(({ name }) => normalise(name) === wanted)
  return exact ?? rows.find(({ name }) => isRussianForm(normalise(name), wanted))
}

/** Russian endings change at most the last two letters: Москва, Москве; Берлин, Берлине. */
function isRussianForm(name: string, wanted: string): boolean {
  if (!/\p{Script=Cyrillic}/u.test(name) || Math.abs(name.length - wanted.length) > 2) return false
  return wanted.startsWith(name.replace(/(?:ия|[аяьйы])$/u, ''))
}

function normalise(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replaceAll(/[\s_.-]+/gu, ' ')
    .trim()
}
