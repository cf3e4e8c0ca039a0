declare module 'kafkajs/src/producer/sendMessages.js' {
  /** The part of a kafkajs producer that turns one call into requests; an unpublished part, for a test of what it does. */
  export default function createSendMessages(
    parts: Readonly<Record<string, unknown>>,
  ): (call: { readonly acks: number; readonly topicMessages: readonly unknown[] }) => Promise<unknown>
}

declare module 'kafkajs-snappy' {
  export default function createCodec(): {
    compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
    decompress(buffer: Buffer): Promise<Buffer>
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  /** How kafkajs writes one record; an unpublished part, as the measure of our own. */
  export default function encodeRecord(record: Readonly<Record<string, unknown>>): { readonly buffer: Buffer }
}

declare module 'kafkajs/src/producer/groupMessagesPerPartition.js' {
  /** How kafkajs sorts the messages of a call by partition; an unpublished part, as what our stubs have to pass. */
  export default function groupMessagesPerPartition(call: {
    readonly topic: string
    readonly partitionMetadata: readonly object[]
    readonly messages: readonly object[]
    readonly partitioner: (call: { readonly message: { readonly partition: number } }) => number
  }): Readonly<Record<number, readonly object[]>>
}

declare module 'kafkajs/src/protocol/requests/produce/v7/request.js' {
  /** How kafkajs writes a request to store records; an unpublished part, as the measure of our own. */
  export default function produceRequest(call: Readonly<Record<string, unknown>>): {
    encode(): Promise<{ readonly buffer: Buffer }>
  }
}
