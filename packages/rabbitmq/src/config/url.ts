/** A URL as it may be shown: without user, password and query. */
export function hideSecrets(url: string): string {
  if (!URL.canParse(url)) return url.replace(/\/\/.*@/, '//…@').replace(/\?.*/, '')
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
