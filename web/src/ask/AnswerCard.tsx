import { Button, Skeleton } from '@mantine/core'
import { useState } from 'react'
import type { Answer, Citation } from '../api/salus.schemas'
import { Failure } from '../app/transport'
import { Curve } from '../records/Curve'
import { day } from '../ui/dates'
import { Icon, type IconName } from '../ui/icons'
import type { Asked } from './asked'
import classes from './Ask.module.css'

interface Props {
  asked: Asked
  /** The open citation as `question.citation`. */
  opened?: string
  onOpen: (citation: Citation) => void
  onAgain: () => void
}

export function AnswerCard({ asked, opened, onOpen, onAgain }: Props) {
  const { answer, error } = asked
  return (
    <article className={classes.card} aria-label={asked.question}>
      <h2 className={classes.asked}>{asked.question}</h2>
      {answer ? (
        <Answered answer={answer} prefix={`${asked.key}.`} opened={opened} onOpen={onOpen} />
      ) : error ? (
        <div role="alert" className={classes.calm}>
          <Icon name="warning" size={22} />
          <div>
            <p className={classes.calmTitle}>No answer just now</p>
            <p>{reasonFor(error)} The record has not changed.</p>
            <Button variant="default" onClick={onAgain} mt="sm">
              Ask again
            </Button>
          </div>
        </div>
      ) : (
        <div role="status" className={classes.waiting}>
          <span className="unseen">Looking through the record</span>
          <Skeleton height={20} width="86%" />
          <Skeleton height={20} width="62%" />
        </div>
      )}
    </article>
  )
}

const calm: Partial<Record<Answer['kind'], { icon: IconName; title: string }>> = {
  notFound: { icon: 'search', title: 'I can’t find this in the record' },
  unclear: { icon: 'ask', title: 'I am not sure what you mean' },
  needsClinician: { icon: 'people', title: 'This needs a clinician' },
}

function Answered({ answer, prefix, opened, onOpen }: { answer: Answer; prefix: string; opened?: string; onOpen: (citation: Citation) => void }) {
  const [lit, setLit] = useState<number>()
  const state = calm[answer.kind]
  const isOpen = (number: number) => opened === `${prefix}${number}`
  const sentences = (
    <div className={classes.sentences} data-quoted={answer.kind === 'quoted' || undefined}>
      {answer.sentences.map((sentence, index) => (
        <p
          key={index}
          data-lit={sentence.citations.includes(lit ?? -1) || undefined}
          data-bare={(!state && sentence.citations.length === 0) || undefined}
        >
          {sentence.text}
          {sentence.citations.map((number) => {
            const citation = answer.citations.find((one) => one.number === number)
            return (
              citation && (
                <button
                  key={number}
                  type="button"
                  className={classes.chip}
                  data-open={isOpen(number) || undefined}
                  aria-label={`Source ${number}: ${citation.title}${citation.date ? `, ${day(citation.date)}` : ''}`}
                  aria-pressed={isOpen(number)}
                  onClick={() => onOpen(citation)}
                  onMouseEnter={() => setLit(number)}
                  onMouseLeave={() => setLit(undefined)}
                  onFocus={() => setLit(number)}
                  onBlur={() => setLit(undefined)}
                >
                  {number}
                </button>
              )
            )
          })}
        </p>
      ))}
    </div>
  )
  return (
    <>
      {state ? (
        <div className={classes.calm}>
          <Icon name={state.icon} size={22} />
          <div>
            <p className={classes.calmTitle}>{state.title}</p>
            {sentences}
          </div>
        </div>
      ) : (
        sentences
      )}
      {answer.series && <Curve group={answer.series} />}
      {answer.citations.length > 0 && (
        <section aria-label="Sources" className={classes.sources}>
          <h3>Where this comes from</h3>
          <ol>
            {answer.citations.map((citation) => (
              <li key={citation.number}>
                <button
                  type="button"
                  className={classes.source}
                  data-lit={lit === citation.number || undefined}
                  data-open={isOpen(citation.number) || undefined}
                  onClick={() => onOpen(citation)}
                  onMouseEnter={() => setLit(citation.number)}
                  onMouseLeave={() => setLit(undefined)}
                >
                  <span className={classes.number}>{citation.number}</span>
                  <span className={classes.sourceWords}>
                    <span className={classes.sourceTitle}>{citation.title}</span>
                    {citation.quote && <span className={classes.quote}>“{citation.quote}”</span>}
                    <span className="muted small numbers">
                      {[
                        citation.date && day(citation.date),
                        citation.source.kind === 'document' && `page ${citation.source.page}`,
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </span>
                  <Icon name="right" size={18} />
                </button>
              </li>
            ))}
          </ol>
        </section>
      )}
      <p className={classes.notice}>{answer.notice}</p>
    </>
  )
}

function reasonFor(error: unknown): string {
  if (!(error instanceof Failure)) return 'Something went wrong.'
  if (error.status === 0) return 'Salus does not answer; you may be offline.'
  if (error.status === 403 || error.status === 404) return 'You may not ask this record.'
  return error.status < 500 ? (error.detail ?? error.title) : 'Something went wrong in Salus.'
}
