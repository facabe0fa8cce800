import { Drawer } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import type { Citation } from '../api/salus.schemas'
import { usePersonId } from '../people/usePersonId'
import { Page } from '../ui/Page'
import { AnswerCard } from './AnswerCard'
import { AskBox } from './AskBox'
import { useAsked, type Asked } from './asked'
import { SourcePane } from './SourcePane'
import classes from './Ask.module.css'

/** Ask the record: an answer whose every sentence opens the place it stands on, beside it. */
export default function Ask() {
  const personId = usePersonId()
  const { asked, ask, again } = useAsked(personId)
  const { cite } = useSearch({ from: '/app/people/$personId/ask' })
  const navigate = useNavigate({ from: '/people/$personId/ask' })
  const narrow = useMediaQuery('(max-width: 62em)')
  const cited = find(asked, cite)
  const opener = useRef<Element>(null)

  function open(to: string | undefined) {
    if (to) opener.current = document.activeElement
    void navigate({ search: (before) => ({ ...before, cite: to }), resetScroll: false })
  }
  function askAnew(question: string) {
    if (cite) open(undefined)
    ask(question)
  }
  /** Back to the chip that opened the source. */
  function close() {
    open(undefined)
    requestAnimationFrame(() => opener.current instanceof HTMLElement && opener.current.focus())
  }
  const pane = cited && <SourcePane key={cite} citation={cited} personId={personId} onClose={close} />

  return (
    <div className={classes.split} data-open={(cited && !narrow) || undefined}>
      <Page title="Ask" lead={asked.length === 0 ? 'Ask anything that may stand in this record. Every answer shows where it comes from.' : undefined}>
        <AskBox onAsk={askAnew} withExamples={asked.length === 0} autoFocus={asked.length === 0} />
        <div className={classes.answers} aria-live="polite">
          {asked.map((entry) => (
            <AnswerCard
              key={entry.key}
              asked={entry}
              opened={cited ? cite : undefined}
              onOpen={(citation) => open(mark(entry, citation))}
              onAgain={() => again(entry)}
            />
          ))}
        </div>
      </Page>
      {!narrow && pane && <aside className={classes.beside} aria-label="Where this comes from">{pane}</aside>}
      {narrow && pane && (
        <Drawer
          opened
          onClose={close}
          position="bottom"
          size="88%"
          withCloseButton={false}
          padding={0}
          attributes={{ content: { 'aria-label': 'Where this comes from' } }}
          classNames={{ body: classes.drawer }}
        >
          {pane}
        </Drawer>
      )}
    </div>
  )
}

/** A citation of this sitting, as it stands in the URL: question.citation. */
export function mark(asked: Asked, citation: Citation): string {
  return `${asked.key}.${citation.number}`
}

function find(asked: readonly Asked[], cite: string | undefined): Citation | undefined {
  const [key, number] = (cite ?? '').split('.').map(Number)
  return asked.find((one) => one.key === key)?.answer?.citations.find((one) => one.number === number)
}
