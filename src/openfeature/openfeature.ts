/**
 * An OpenFeature provider over the flags and rollouts of a Botyard server: `botyard/openfeature`. Needs the package
 * `@openfeature/server-sdk`.
 * @module
 */
export { BotyardProvider, type BotyardProviderOptions } from './botyard-provider.ts'
