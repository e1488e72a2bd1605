/** DDL as data: what a bound DDL statement does to the catalog. `applyCatalogChange` (pure) is the one place that applies it. */
import type { ObjectPath } from '../bound/rel.ts'
import type { CatalogObject } from './catalog.ts'

export type CatalogChange =
  | {
      readonly kind: 'CreateCatalog'
      readonly name: string
      readonly options: Readonly<Record<string, string>>
      readonly ifNotExists: boolean
    }
  | { readonly kind: 'DropCatalog'; readonly name: string; readonly ifExists: boolean }
  | {
      readonly kind: 'CreateDatabase'
      readonly catalog: string
      readonly database: string
      readonly comment?: string
      readonly options: Readonly<Record<string, string>>
      readonly ifNotExists: boolean
    }
  | {
      readonly kind: 'AlterDatabase'
      readonly catalog: string
      readonly database: string
      readonly options: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'DropDatabase'
      readonly catalog: string
      readonly database: string
      readonly ifExists: boolean
      readonly cascade: boolean
    }
  | {
      readonly kind: 'Create'
      readonly path: ObjectPath
      readonly object: CatalogObject
      readonly ifNotExists: boolean
      readonly orReplace: boolean
    }
  /** The object after the ALTER; the binder has checked that it exists and that the change is legal. */
  | { readonly kind: 'Alter'; readonly path: ObjectPath; readonly object: CatalogObject; readonly ifExists: boolean }
  | { readonly kind: 'Rename'; readonly path: ObjectPath; readonly newName: string; readonly ifExists: boolean }
  | {
      readonly kind: 'Drop'
      readonly path: ObjectPath
      readonly objectKind: 'table' | 'view' | 'function' | 'model'
      readonly temporary: boolean
      readonly ifExists: boolean
    }
