import { ActionIcon } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { Icon } from '../ui/icons'
import { Empty, Shape } from '../ui/States'
import type { Highlight } from './highlight'
import { open, type Pdf } from './pdf'
import { PdfPage } from './PdfPage'
import classes from './Viewer.module.css'

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3]

/** A PDF as pages one below the other, drawn as they come into view; goes to the cited place. */
export default function PdfPages({ content, title, highlight, page = 1 }: { content: Blob; title: string; highlight?: Highlight; page?: number }) {
  const pdf = usePdf(content)
  const scroller = useRef<HTMLDivElement>(null)
  const { ref: sized, width } = useElementSize()
  const merged = useMergedRef(scroller, sized)
  const [chosen, setZoom] = useState<number>()
  const [current, setCurrent] = useState(highlight?.page ?? page)
  const ready = pdf !== undefined && pdf !== 'broken' && width > 0
  const zoom = chosen ?? zoomFor(highlight, width)

  useEffect(() => {
    if (!ready) return
    if (highlight?.boxes.length) goToBoxes(highlight)
    else goTo(highlight?.page ?? page)
  }, [ready, highlight, page])

  function goTo(number: number) {
    const place = scroller.current
    const target = place?.querySelector<HTMLElement>(`[data-page="${number}"]`)
    if (place && target) place.scrollTop = target.offsetTop - 12
  }

  /** The cited place in the middle, its left edge at hand. */
  function goToBoxes({ page: number, boxes }: Highlight) {
    const place = scroller.current
    const target = place?.querySelector<HTMLElement>(`[data-page="${number}"]`)
    if (!place || !target) return
    const middle = (Math.min(...boxes.map((box) => box.y)) + Math.max(...boxes.map((box) => box.y + box.height))) / 2
    place.scrollTop = target.offsetTop + middle * target.offsetHeight - place.clientHeight / 2
    place.scrollLeft = target.offsetLeft + Math.min(...boxes.map((box) => box.x)) * target.offsetWidth - 24
  }

  function notice() {
    const place = scroller.current
    if (!place) return
    const middle = place.scrollTop + place.clientHeight / 3
    const seen = [...place.querySelectorAll<HTMLElement>('[data-page]')].findLast((one) => one.offsetTop <= middle)
    if (seen) setCurrent(Number(seen.dataset.page))
  }

  if (pdf === 'broken') {
    return (
      <Empty icon="warning" title="This file cannot be drawn">
        It may be damaged, or protected by a password. You can still download it as it was added.
      </Empty>
    )
  }
  const count = pdf?.sizes.length ?? 0
  return (
    <div className={classes.pdf}>
      <div className={classes.tools} role="toolbar" aria-label="Pages and size">
        <ActionIcon aria-label="Page before" disabled={current <= 1} onClick={() => goTo(current - 1)}>
          <Icon name="left" />
        </ActionIcon>
        <span className="numbers small" role="status">
          Page {current} of {count || '…'}
        </span>
        <ActionIcon aria-label="Next page" disabled={current >= count} onClick={() => goTo(current + 1)}>
          <Icon name="right" />
        </ActionIcon>
        <span className={classes.gap} />
        <ActionIcon aria-label="Smaller" disabled={zoom === 0} onClick={() => setZoom(zoom - 1)}>
          <Icon name="minus" />
        </ActionIcon>
        <span className="numbers small">{Math.round((ZOOMS[zoom] ?? 1) * 100)} %</span>
        <ActionIcon aria-label="Larger" disabled={zoom === ZOOMS.length - 1} onClick={() => setZoom(zoom + 1)}>
          <Icon name="plus" />
        </ActionIcon>
      </div>
      <div ref={merged} className={classes.scroller} onScroll={notice} tabIndex={0} role="region" aria-label={`Pages of ${title}`}>
        {!ready ? (
          <Shape rows={1} height={480} />
        ) : (
          pdf.sizes.map((size, index) => (
            <PdfPage
              key={index}
              pdf={pdf}
              number={index + 1}
              width={Math.min(width - 24, 900) * (ZOOMS[zoom] ?? 1)}
              ratio={size.height / size.width}
              highlight={highlight?.page === index + 1 ? highlight : undefined}
            />
          ))
        )}
      </div>
    </div>
  )
}

/** On a narrow screen a cited line is drawn as large as it can be and still be seen whole. */
function zoomFor(highlight: Highlight | undefined, width: number): number {
  const whole = ZOOMS.indexOf(1)
  if (!highlight?.boxes.length || width > 500) return whole
  const from = Math.min(...highlight.boxes.map((box) => box.x))
  const to = Math.max(...highlight.boxes.map((box) => box.x + box.width))
  const most = 0.88 / (to - from)
  return Math.max(whole, ZOOMS.findLastIndex((zoom) => zoom <= Math.min(most, 2)))
}

function usePdf(content: Blob): Pdf | 'broken' | undefined {
  const [pdf, setPdf] = useState<Pdf | 'broken'>()
  useEffect(() => {
    let wanted = true
    const opened = content.arrayBuffer().then(open)
    opened.then((ready) => wanted && setPdf(ready)).catch(() => wanted && setPdf('broken'))
    return () => {
      wanted = false
      setPdf(undefined)
      opened.then(({ file }) => file.loadingTask.destroy()).catch(() => undefined)
    }
  }, [content])
  return pdf
}
