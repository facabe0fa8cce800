import type { DocumentSource } from '../api/salus.schemas'

/** The cited place of a document: boxes on a page of a PDF, or a stretch of a text. */
export interface Highlight {
  page: number
  boxes: DocumentSource['boxes']
  start: number
  end: number
  quote?: string
}

/**
 * Where in a text the cited words stand. The span is believed only when the words are there;
 * otherwise they are looked for, and where they are not found nothing is marked.
 */
export function stretchOf(text: string, { start, end, quote }: Highlight): [number, number] | undefined {
  if (!quote) return start < end && end <= text.length ? [start, end] : undefined
  if (flat(text.slice(start, end)) === flat(quote)) return [start, end]
  const pattern = quote.trim().split(/\s+/).map(escaped).join('\\s+')
  const found = new RegExp(pattern, 'u').exec(text)
  return found ? [found.index, found.index + found[0].length] : undefined
}

function flat(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}
