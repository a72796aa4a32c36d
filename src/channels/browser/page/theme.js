// @ts-check
// A classic script in the head: a chosen theme must be known before the first paint.
{
  const root = document.documentElement
  const system = matchMedia('(prefers-color-scheme: dark)')

  /** @returns {string | null} */
  const chosen = () => {
    try {
      return localStorage.getItem('botyard:theme')
    } catch {
      return null
    }
  }

  const apply = () => {
    const theme = chosen()
    if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme
    else delete root.dataset['theme']
    const dark = theme ? theme === 'dark' : system.matches
    const color = document.querySelector('meta[name="theme-color"]')
    color?.setAttribute('content', dark ? '#171716' : '#fbfaf8')
  }

  apply()
  system.addEventListener('change', apply)
  addEventListener('storage', apply)
  addEventListener('botyard:theme', apply)
}
