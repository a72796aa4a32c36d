import { registerHooks } from 'node:module'

/**
 * Imports a package that must not see our `source` condition: `eventsource-parser`, which the AI SDK stands on,
 * offers TypeScript under the same name, and Node does not strip types inside `node_modules`.
 */
export async function importForeign<Module>(load: () => Promise<Module>): Promise<Module> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: context.conditions.filter((name) => name !== 'source') }),
  })
  try {
    return await load()
  } finally {
    hooks.deregister()
  }
}
