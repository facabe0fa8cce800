import { useIntersection } from '@mantine/hooks'
import { RenderingCancelledException, TextLayer } from 'pdfjs-dist'
import { useEffect, useRef } from 'react'
import { Cited } from './Cited'
import type { Highlight } from './highlight'
import type { Pdf } from './pdf'
import './words.css'
import classes from './Viewer.module.css'

interface Props {
  pdf: Pdf
  number: number
  /** In CSS pixels. */
  width: number
  /** Height by width. */
  ratio: number
  highlight?: Highlight
}

/** One page: its picture, its words laid over it to select and to be read aloud, and the cited place. */
export function PdfPage({ pdf, number, width, ratio, highlight }: Props) {
  const { ref, entry } = useIntersection({ rootMargin: '600px' })
  const near = entry?.isIntersecting ?? false
  const canvas = useRef<HTMLCanvasElement>(null)
  const words = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (!near || !canvas.current || !words.current) return
    return draw(pdf, number, width, canvas.current, words.current)
  }, [near, pdf, number, width])

  return (
    <div ref={ref} className={classes.page} data-page={number} style={{ width, height: width * ratio }}>
      <canvas ref={canvas} className={classes.canvas} aria-hidden="true" />
      <Cited highlight={highlight} />
      <div ref={words} className="salus-words" />
    </div>
  )
}

/** Draws a page; the function that comes back stops it. */
function draw({ file }: Pdf, number: number, width: number, canvas: HTMLCanvasElement, words: HTMLDivElement): () => void {
  let stop = () => undefined as void
  let wanted = true
  void (async () => {
    const page = await file.getPage(number)
    if (!wanted) return
    const viewport = page.getViewport({ scale: width / page.getViewport({ scale: 1 }).width })
    const sharpness = Math.min(devicePixelRatio, 2)
    canvas.width = Math.floor(viewport.width * sharpness)
    canvas.height = Math.floor(viewport.height * sharpness)
    const picture = page.render({ canvas, viewport, transform: [sharpness, 0, 0, sharpness, 0, 0] })
    words.replaceChildren()
    words.style.setProperty('--total-scale-factor', String(viewport.scale))
    const text = new TextLayer({ textContentSource: page.streamTextContent(), container: words, viewport })
    stop = () => {
      picture.cancel()
      text.cancel()
    }
    await Promise.all([picture.promise, text.render()])
    words.dataset.drawn = ''
  })().catch((error: unknown) => {
    if (wanted && !(error instanceof RenderingCancelledException)) canvas.dataset.failed = ''
  })
  return () => {
    wanted = false
    stop()
  }
}
