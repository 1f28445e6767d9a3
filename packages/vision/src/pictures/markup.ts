/** What pictures made of markup share. */

export const escapeMarkup = (content: string): string =>
  content.replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)

/** As stylesheets have it, so that text looks the same in all pictures of ours. */
export const FONT = 'ui-sans-serif,system-ui,"Segoe UI",Helvetica,Arial,sans-serif'
