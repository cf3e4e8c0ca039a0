import { PrismaPg } from '@prisma/adapter-pg'
import { getPrismaClient } from '@prisma/client/runtime/client'

/** What is used here of a client of Prisma; statements are all it knows, for it has no models. */
export interface PrismaClient extends PrismaTransaction {
  $transaction<T>(
    work: (transaction: PrismaTransaction) => Promise<T>,
    options?: { isolationLevel?: 'RepeatableRead' | 'Serializable'; maxWait?: number; timeout?: number },
  ): Promise<T>
  $disconnect(): Promise<void>
}

export interface PrismaTransaction {
  $queryRawUnsafe<T>(text: string, ...parameters: unknown[]): Promise<T>
  $executeRawUnsafe(text: string, ...parameters: unknown[]): Promise<number>
}

const COMPILER = '@prisma/client/runtime/query_compiler_fast_bg.postgresql'
// The types of Node have no WebAssembly without those of the browser.
const { Module } = Reflect.get(globalThis, 'WebAssembly')

/** A client as `prisma generate` makes it of a schema without models, which needs a schema engine of the platform. */
export function makePrismaClient(options: ConstructorParameters<typeof PrismaPg>[0]): PrismaClient {
  const Client = getPrismaClient({
    runtimeDataModel: { models: {}, enums: {}, types: {} },
    previewFeatures: [],
    clientVersion: '7.10.0',
    engineVersion: 'none',
    activeProvider: 'postgresql',
    inlineSchema: 'generator client {\n provider = "prisma-client"\n}\ndatasource db {\n provider = "postgresql"\n}\n',
    parameterizationSchema: { strings: [], graph: 'AAAAAAAAAAAA' },
    compilerWasm: {
      getRuntime: () => import(`${COMPILER}.mjs`),
      getQueryCompilerWasmModule: async () => {
        const { wasm } = await import(`${COMPILER}.wasm-base64.mjs`)
        return new Module(Buffer.from(wasm, 'base64'))
      },
      importName: './query_compiler_fast_bg.js',
    },
  })
  return new Client({ adapter: new PrismaPg(options) }) as unknown as PrismaClient
}
