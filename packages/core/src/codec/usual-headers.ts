import type { Attributes } from './attributes.js'
import { JSON_CONTENT_TYPE } from './content-type.js'

// By names in the source, here and below: to compute the name of a field costs more than to read its header.

/** What a header is likely to say: mostly the same as in the message before, or the key. */
export function likelyText(name: string, before: Attributes, key: string | undefined): string | undefined {
  switch (name) {
    case 'content-type':
      return JSON_CONTENT_TYPE
    case 'ce_specversion':
      return '1.0'
    case 'ce_source':
      return before.source
    case 'ce_type':
      return before.type
    case 'ce_time':
      return before.time
    case 'ce_subject':
    case 'ce_partitionkey':
      return key
    case 'ce_correlationid':
      return before.correlationid
    case 'ce_causationid':
      return before.causationid
    case 'ce_tenantid':
      return before.tenantid
    case 'ce_dataversion':
      return before.dataversion
    default:
      return undefined
  }
}

/** Puts a header that nearly every message has into its attribute; answers whether it is one of those. */
export function putUsual(name: string, text: string, into: Attributes): boolean {
  switch (name) {
    case 'ce_specversion':
      into.specversion = text
      return true
    case 'ce_id':
      into.id = text
      return true
    case 'ce_source':
      into.source = text
      return true
    case 'ce_type':
      into.type = text
      return true
    case 'ce_time':
      into.time = text
      return true
    case 'ce_subject':
      into.subject = text
      return true
    case 'ce_partitionkey':
      into.partitionkey = text
      return true
    case 'ce_correlationid':
      into.correlationid = text
      return true
    case 'ce_causationid':
      into.causationid = text
      return true
    case 'ce_tenantid':
      into.tenantid = text
      return true
    case 'ce_dataversion':
      into.dataversion = text
      return true
    default:
      return false
  }
}
