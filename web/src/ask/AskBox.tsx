import { Button, TextInput } from '@mantine/core'
import { useRef, useState, type FormEvent } from 'react'
import { Icon } from '../ui/icons'
import classes from './Ask.module.css'

export const examples = [
  'What is my latest HbA1c?',
  'Which medicines do I take?',
  'Am I allergic to penicillin?',
  'When was my last tetanus shot?',
  'How has my blood pressure changed this year?',
]

/** A question in plain words. */
export function AskBox({ onAsk, withExamples, autoFocus }: { onAsk: (question: string) => void; withExamples?: boolean; autoFocus?: boolean }) {
  const field = useRef<HTMLInputElement>(null)
  const [question, setQuestion] = useState('')
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!question.trim()) {
      field.current?.focus()
      return
    }
    onAsk(question)
    setQuestion('')
  }
  return (
    <div className={classes.asking}>
      <form onSubmit={submit} className={classes.box} role="search" aria-label="Ask this record">
        <TextInput
          ref={field}
          className={classes.question}
          aria-label="Your question about this record"
          placeholder="Ask in your own words"
          size="lg"
          leftSection={<Icon name="ask" />}
          value={question}
          onChange={(event) => setQuestion(event.currentTarget.value)}
          maxLength={1000}
          autoFocus={autoFocus}
          autoComplete="off"
        />
        <Button type="submit" size="lg">
          Ask
        </Button>
      </form>
      {withExamples && (
        <ul className={classes.examples} aria-label="Examples">
          {examples.map((example) => (
            <li key={example}>
              <button type="button" className={classes.example} onClick={() => onAsk(example)}>
                {example}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
