import type { Codec } from '@gulo/core'

/** The id as a header and the payload as JSON: enough to tell messages apart. */
export const plainCodec: Codec = {
  name: 'plain',
  encode: ({ id, type, payload }) => ({
    body: payload === undefined ? null : Buffer.from(JSON.stringify(payload)),
    headers: { ce_id: id, ce_type: type },
  }),
}
